"""Does the sample brand live as it should, and does it live the same life twice?"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from weilu.connectors import events as chat
from weilu.connectors.imports.simulator import festivals
from weilu.connectors.imports.simulator.brand import DAY_MS, ZONE, BadPlay, Options, midnight_ms
from weilu.connectors.imports.simulator.generate import play
from weilu.core.clock import from_ms
from weilu.core.events import kinds
from weilu.core.events.incoming import Incoming

OPTIONS = Options(end=dt.date(2026, 11, 22), members=1500, events=60_000)


@pytest.fixture(scope="module")
def year() -> list[Incoming]:
    return list(play(OPTIONS))


def of(year: list[Incoming], slug: str, *which: str) -> list[Incoming]:
    return [
        e
        for e in year
        if e.community and e.community.outside == f"qs7-{slug}" and (not which or e.kind in which)
    ]


def people(events: list[Incoming]) -> set[str]:
    return {e.actor.outside for e in events if e.actor and not e.actor.bot}


def test_the_same_seed_plays_the_same_events() -> None:
    small = Options(end=dt.date(2026, 3, 1), members=200, events=4_000, months=3)
    assert list(play(small)) == list(play(small))
    other = Options(end=dt.date(2026, 3, 1), members=200, events=4_000, months=3, seed=8)
    assert not {e.key for e in play(small)} & {e.key for e in play(other)}


def test_a_play_that_stops_at_noon_is_the_beginning_of_the_whole_one() -> None:
    small = Options(end=dt.date(2026, 3, 1), members=200, events=4_000, months=3)
    noon = midnight_ms(small.end) + DAY_MS // 2
    assert list(play(small, until=noon)) == [e for e in play(small) if e.happened < noon]


def test_it_runs_twelve_months_in_the_order_of_time(year: list[Incoming]) -> None:
    assert OPTIONS.start == dt.date(2025, 11, 23)
    moments = [e.happened for e in year]
    assert moments == sorted(moments)
    assert midnight_ms(OPTIONS.start) <= moments[0]
    assert midnight_ms(OPTIONS.end) < moments[-1] < midnight_ms(OPTIONS.end) + DAY_MS


@pytest.mark.parametrize(
    ("end", "months", "start"),
    [
        (dt.date(2026, 12, 31), 12, dt.date(2026, 1, 1)),
        (dt.date(2026, 3, 31), 1, dt.date(2026, 3, 1)),
        (dt.date(2026, 1, 1), 1, dt.date(2025, 12, 2)),
    ],
)
def test_months_are_counted_by_the_calendar(end: dt.date, months: int, start: dt.date) -> None:
    assert Options(end=end, months=months).start == start


def test_as_many_events_and_members_as_were_asked_for(year: list[Incoming]) -> None:
    assert len(people(year)) == 1500
    assert 54_000 <= len(year) <= 66_000
    assert len({e.key for e in year}) == len(year)


def test_eight_communities_on_three_platforms(year: list[Incoming]) -> None:
    places = {e.community for e in year}
    assert len(places) == 8
    assert {place.platform for place in places if place} == {"wecom", "qq", "telegram"}


def test_somebody_is_in_several_communities_and_somebody_bears_one_name_on_two_platforms(
    year: list[Incoming],
) -> None:
    homes: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for event in year:
        if event.kind == chat.MEMBER_JOINED and event.actor and event.community:
            homes.setdefault(event.actor.outside, set()).add(event.community.outside)
            names.setdefault(event.actor.name, set()).add(event.actor.platform)
    assert sum(len(places) > 1 for places in homes.values()) > 300
    assert sum(len(platforms) > 1 for platforms in names.values()) > 50


def test_nobody_speaks_before_joining_or_after_leaving(year: list[Incoming]) -> None:
    here: set[tuple[str, str]] = set()
    for event in year:
        assert event.actor
        assert event.community
        at = (event.actor.outside, event.community.outside)
        kind = kinds.find(event.kind)
        if event.kind == chat.MEMBER_JOINED:
            assert at not in here
            here.add(at)
        elif event.kind == chat.MEMBER_LEFT:
            here.remove(at)
        elif kind and kind.interaction and not event.actor.bot:
            assert at in here, event.kind


def test_the_silent_crowd_is_silent(year: list[Incoming]) -> None:
    members = people(of(year, "notices", chat.MEMBER_JOINED))
    assert len(people(of(year, "notices", chat.MESSAGE_SENT))) <= 0.1 * len(members)


def test_the_dying_community_dies(year: list[Incoming]) -> None:
    months = Counter(from_ms(e.happened).strftime("%Y%m") for e in of(year, "teaware", chat.MESSAGE_SENT))
    assert months["202611"] + months["202610"] <= 0.02 * max(months.values())


def test_the_lively_one_grows_and_answers(year: list[Incoming]) -> None:
    months = Counter(from_ms(e.happened).strftime("%Y%m") for e in of(year, "regulars", chat.MESSAGE_SENT))
    assert months["202610"] > 1.5 * months["202512"]
    answers = [e for e in of(year, "regulars", chat.MESSAGE_SENT) if e.about]
    assert len(answers) > 0.5 * len(of(year, "regulars", chat.MESSAGE_SENT))


def test_the_over_selling_one_sells_more_than_a_fifth(year: list[Incoming]) -> None:
    said = of(year, "deals", chat.MESSAGE_SENT)
    staff = [e for e in said if e.actor and "-staff-" in e.actor.outside and not e.about]
    assert len(staff) > 0.2 * len(said)
    quiet = of(year, "regulars", chat.MESSAGE_SENT)
    assert len([e for e in quiet if e.actor and "-staff-" in e.actor.outside and not e.about]) < 0.1 * len(
        quiet
    )


def test_the_seasonal_one_wakes_for_new_tea(year: list[Incoming]) -> None:
    months = Counter(from_ms(e.happened).strftime("%m") for e in of(year, "overseas", chat.MESSAGE_SENT))
    assert months["04"] > 5 * months["07"]


def test_festivals_are_felt(year: list[Incoming]) -> None:
    days = Counter(from_ms(e.happened).astimezone(ZONE).date() for e in year if e.kind == chat.MESSAGE_SENT)

    def around(day: dt.date) -> float:
        month_before = [days[day - dt.timedelta(days=n)] for n in range(21, 35)]
        festival = [days[day - dt.timedelta(days=n)] for n in (0, 1)]
        return (sum(festival) / 2) / (sum(month_before) / 14)

    assert around(dt.date(2026, 2, 17)) > 1.3
    assert around(dt.date(2026, 9, 25)) > 1.3
    assert around(dt.date(2026, 11, 11)) > 1.3


def test_lunar_festivals_move_and_solar_ones_stay() -> None:
    named = {year: {f.slug: day for day, f in festivals.in_year(year)} for year in (2025, 2026, 2050)}
    assert named[2025]["spring"] == dt.date(2025, 1, 29)
    assert named[2026]["spring"] == dt.date(2026, 2, 17)
    assert named[2025]["mid_autumn"] == dt.date(2025, 10, 6)
    assert named[2026]["double_11"] == dt.date(2026, 11, 11)
    assert "spring" not in named[2050]


def test_nights_are_quiet(year: list[Incoming]) -> None:
    hours = Counter(from_ms(e.happened).astimezone(ZONE).hour for e in year if e.kind == chat.MESSAGE_SENT)
    assert sum(hours[h] for h in (2, 3, 4)) < 0.02 * sum(hours.values())
    assert sum(hours[h] for h in (19, 20, 21)) > 0.15 * sum(hours.values())


def test_replies_name_a_message_that_was_said_before_and_its_author(year: list[Incoming]) -> None:
    authors: dict[int, str] = {}
    answers = 0
    for event in year:
        if event.kind == chat.MESSAGE_SENT and event.actor:
            if event.about:
                answers += 1
                assert event.target
                assert authors[event.about] == event.target.outside
            authors[event.subject] = event.actor.outside
    assert answers > 5_000


def test_texts_are_many_and_properties_hold_none_of_them(year: list[Incoming]) -> None:
    texts = {e.text for e in year if e.kind == chat.MESSAGE_SENT}
    assert len(texts) > 5_000
    assert not any("{" in text for text in texts)
    allowed = {"channel", "reaction", "currency", "goods", "times"}
    assert all(set(e.properties or {}) <= allowed for e in year)


def test_orders_have_a_value_in_fen(year: list[Incoming]) -> None:
    orders = [e for e in year if e.kind == chat.ORDER_PAID]
    assert len(orders) > 500
    assert all(e.value and e.value >= 1_900 and e.value % 100 == 0 for e in orders)


@pytest.mark.parametrize("wrong", [{"months": 0}, {"members": 20}, {"events": 100}, {"seed": -1}])
def test_a_play_that_cannot_be_played_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadPlay):
        Options(end=dt.date(2026, 11, 22), **wrong)
