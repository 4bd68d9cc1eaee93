"""An SDK's clock is believed within bounds; beyond them an operator decides."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import Play, say
from weilu.core import clock
from weilu.core.errors import NotFound
from weilu.core.events import actions, holds, keys, queries, sequencer
from weilu.core.events.incoming import Incoming
from weilu.core.events.keys import HOUR_MS, key
from weilu.core.events.models import EventKey

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
DAY = 24 * HOUR_MS


def tracked(happened: int) -> Incoming:
    return say("Cai", happened)._replace(key=key("sdk", happened, "site", happened), source="sdk")


def come(play: Play, *ages: int) -> None:
    with clock.frozen(NOW):
        play([tracked(clock.to_ms(NOW) - age) for age in ages], live=True)


def test_an_sdk_event_whose_clock_is_far_off_waits(play: Play) -> None:
    come(play, 30 * DAY, 30 * DAY + 1, -DAY, -DAY - 1)
    assert queries.head() == 2
    assert sorted(clock.to_ms(NOW) - one.happened for one in queries.held()) == [-DAY - 1, 30 * DAY + 1]
    assert queries.tally(0).held == 2


def test_other_sources_bring_history_of_any_age(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    assert queries.head() == 1


def test_the_same_event_waits_once(play: Play) -> None:
    come(play, 40 * DAY)
    come(play, 40 * DAY)
    assert len(queries.held()) == 1


def test_what_came_in_time_and_comes_again_late_is_a_repeat_that_does_not_wait(play: Play) -> None:
    come(play, 29 * DAY)
    with clock.frozen(NOW + dt.timedelta(days=2)):
        play([tracked(clock.to_ms(NOW) - 29 * DAY)], live=True)
    told = queries.tally(0)
    assert (told.new, told.repeated, told.held) == (1, 1, 0)
    assert queries.held() == []


def test_an_operator_lets_it_in_or_throws_it_away(play: Play) -> None:
    come(play, 40 * DAY, 50 * DAY)
    first, second = queries.held()
    actions.release(first.number)
    actions.discard(second.number)
    sequencer.drain()
    assert [row.happened for row in queries.read(0, 10)] == [first.happened]
    assert not queries.read(0, 1)[0].live
    assert queries.held() == []
    for door in (actions.release, actions.discard):
        with pytest.raises(NotFound):
            door(first.number)


def test_what_nobody_judges_is_thrown_away_after_a_month(play: Play) -> None:
    come(play, 40 * DAY)
    assert holds.expire(NOW + dt.timedelta(days=29)) == 0
    assert holds.expire(NOW + dt.timedelta(days=31)) == 1
    assert queries.held() == []


def test_sdk_keys_go_after_35_days_and_others_stay_for_good(play: Play) -> None:
    come(play, 10 * DAY)
    play([say("Bea", 1)], batch=1)
    assert holds.prune_keys(NOW + dt.timedelta(days=24)) == 0
    assert holds.prune_keys(NOW + dt.timedelta(days=26)) == 1
    assert [bytes(row.key)[4:6] != keys.SDK for row in EventKey.objects.all()] == [True]


def test_no_other_source_shares_the_namespace_of_sdk_keys() -> None:
    others = (
        "telegram",
        "discord",
        "slack",
        "zulip",
        "qq",
        "whatsapp",
        "stackexchange",
        "csv",
        "jsonl",
        "matrix",
        "log",
    )
    assert keys.SDK not in {key(name, 0)[4:6] for name in others}
