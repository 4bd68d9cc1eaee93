"""What attribution promises: which touches count, what each of them earns by each model, sums that hold, and who stands behind."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import account, event, say
from weilu.core import clock
from weilu.core.events.keys import key
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

PAID = {
    "kind": "attribution", "target": "order.paid", "touches": [{"event": "member.joined"}, {"event": "Link Opened"}],
    "timezone": "UTC", "first": "2018-06-10", "last": "2018-06-20",
}  # fmt: skip


@pytest.fixture
def summer():
    """What SDKs tell is taken without asking for a month only."""
    with clock.frozen(dt.datetime(2018, 6, 25, tzinfo=dt.UTC)):
        yield


def opened(who, moment: str, channel: str | None, **rest):
    told = {"channel": channel} if channel is not None else {"page": "home"}
    return event("Link Opened", at(moment), who, properties={**told, **rest})._replace(
        key=key("sdk", at(moment), who)
    )


def joined(who, moment: str, channel: str):
    return event("member.joined", at(moment), who, properties={"channel": channel})


def pay(who, moment: str, value: int | None):
    return event("order.paid", at(moment), who, value=value)


@pytest.fixture
def june(play, warehouse):
    """Ann: poster, radio, friend, radio before her first order of 100 and another touch after it, before her second of 7. Bo: one
    touch, just in the window of 30 days. Cy pays and nothing touched him; Di's touch names no channel; a bot's do not count."""
    bot = account("Shop", bot=True)
    play([
        joined("Ann", "2018-06-01 10:00", "poster"), opened("Ann", "2018-06-02 10:00", "radio"), opened("Ann", "2018-06-03 10:00", "friend"),
        opened("Ann", "2018-06-10 09:00", "radio"), pay("Ann", "2018-06-10 10:00", 100), opened("Ann", "2018-06-11 10:00", "mail"), pay("Ann", "2018-06-12 10:00", 7),
        joined("Bo", "2018-05-21 10:00", "poster"), pay("Bo", "2018-06-20 10:00", 50), pay("Cy", "2018-06-15 10:00", 30),
        opened("Di", "2018-06-15 09:00", None), pay("Di", "2018-06-15 10:00", None), opened(bot, "2018-06-11 10:00", "radio"), pay(bot, "2018-06-12 10:00", 9),
        pay("Ann", "2018-06-09 10:00", 1000), say("Ann", at("2018-06-10 08:00")),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def rows(**question) -> list[tuple[object, ...]]:
    return ask(**{**PAID, **question}).rows


def test_the_first_or_the_last_touch_earns_all_of_it_and_what_nothing_touched_has_a_row_of_its_own(june):
    answer = ask(**PAID, model="first")
    assert (answer.columns, answer.unit) == (("by", "members", "conversions", "credit", "value"), "events")
    assert answer.rows == [("poster", 2, 3, 3.0, 157), ("unattributed", 2, 2, 2.0, 30)]
    assert rows(model="last") == rows() == [
        ("mail", 1, 1, 1.0, 7), ("poster", 1, 1, 1.0, 50), ("radio", 1, 1, 1.0, 100), ("unattributed", 2, 2, 2.0, 30),
    ]  # fmt: skip


def test_all_touches_earn_alike_and_credits_and_values_add_up_to_what_there_was(june):
    """Ann's first order: poster 1/4, radio 2/4, friend 1/4; her second: poster, friend, mail 1/5 each and radio 2/5, of 7: so of
    76.4, 52.8, 26.4 and 1.4 two whole ones go to radio, which lost most, and of the equal others to the first by name."""
    told = rows(model="linear")
    assert told == [
        ("poster", 2, 3, 1.45, 76), ("radio", 1, 2, 0.9, 53), ("friend", 1, 2, 0.45, 27), ("mail", 1, 1, 0.2, 1), ("unattributed", 2, 2, 2.0, 30),
    ]  # fmt: skip
    assert (round(sum(row[3] for row in told), 6), sum(row[4] for row in told)) == (5, 187)


def test_by_position_the_ends_earn_forty_each_and_those_between_share_the_rest(june):
    """Of four: .4 .1 .1 .4; of five: .4, three times .2/3, .4; of one all of it. 7 = 2.8 + 3 × .4667 + 2.8."""
    assert rows(model="position") == [
        ("poster", 2, 3, 1.8, 93), ("radio", 1, 2, 0.633333, 51), ("mail", 1, 1, 0.4, 3), ("friend", 1, 2, 0.166667, 10), ("unattributed", 2, 2, 2.0, 30),
    ]  # fmt: skip


def test_the_window_looks_back_from_each_target_and_holds_its_end(june):
    assert rows(window="4w", model="first")[-1] == ("unattributed", 3, 3, 3.0, 80)
    assert rows(window="30m", model="first") == [("unattributed", 4, 5, 5.0, 187)]
    assert rows(window="60m", model="first") == [("radio", 1, 1, 1.0, 100), ("unattributed", 4, 4, 4.0, 87)]


def test_a_joining_that_names_its_channel_touches_itself(june):
    joins = {
        "target": "member.joined",
        "touches": [{"event": "member.joined"}],
        "first": "2018-05-01",
        "last": "2018-06-20",
    }
    assert rows(**joins) == [("poster", 2, 2, 2.0, 0), ("unattributed", 0, 0, 0.0, 0)]
    assert rows(**joins, window="1m") == rows(**joins)


def test_touches_and_targets_may_ask_more_of_their_events(june):
    some = [{"event": "Link Opened", "where": {"channel": {"ne": "mail"}}}]
    assert [row[0] for row in rows(touches=some)] == ["radio", "unattributed"]
    assert rows(target={"event": "order.paid", "where": {"value": {"gte": 100}}}) == [
        ("radio", 1, 1, 1.0, 100), ("unattributed", 0, 0, 0.0, 0),
    ]  # fmt: skip
    spoke = [{"event": "message.sent", "property": "source"}]
    assert rows(touches=spoke) == [("matrix", 1, 2, 2.0, 107), ("unattributed", 3, 3, 3.0, 80)]


def test_each_row_opens_its_people_and_the_targets_it_earned_of(june):
    assert [row[1] for row in ask(**PAID, people=True, model="linear", point={"by": "poster"}).rows] == [
        "Ann",
        "Bo",
    ]
    assert [row[1][:10] for row in ask(**PAID, events=True, model="linear", point={"by": "radio"}).rows] == [
        "2018-06-10",
        "2018-06-12",
    ]
    assert [row[1] for row in ask(**PAID, people=True, point={"by": "unattributed"}).rows] == ["Cy", "Di"]
    asked = {
        "kind": "attribution",
        "target": "order.paid",
        "touches": PAID["touches"],
        "point": {"by": "unattributed"},
    }
    found = questions.behind(asked, Viewer.everything())
    assert (found.counts, found.total) == ("events", 2)


REFUSED = [
    ({"window": "0d"}, "“window” is zero long"),
    ({"touches": []}, "“touches” must be a list of 1 to 10"),
    ({"touches": [{"event": "Link Opened"}] * 11}, "“touches” must be a list of 1 to 10"),
    ({"touches": [{"event": "Link Opened"}, {"event": "member.joined"}, {"event": "Link Opened", "property": "channel"}]}, "Touches 1 and 3 are the same"),
    ({"touches": [{"event": "Link Opened", "property": "colour"}]}, "“Link Opened” has no property “colour”"),
    ({"touches": [{"event": "Link Opend"}]}, "Near it: Link Opened"),
    ({"touches": [{"event": "Link Opened", "where": {"hue": 1}}]}, "has no property “hue”"),
    ({"touches": [{"event": "Link Opened", "colour": 1}]}, "no part “touches 1 › colour”"),
    ({"target": None}, "lacks “target”"),
    ({"target": "order.pad"}, "Near it: order.paid"),
    ({"model": "u-shaped"}, "“model” cannot be “u-shaped”"),
    ({"first": "2018-06-30"}, "ends .* before it begins"),
    ({"people": True}, "Say which part is meant"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_attributed_is_refused_with_the_parts_name(june, part, sentence):
    asked = {name: one for name, one in {**PAID, **part}.items() if one is not None}
    with pytest.raises(Refused, match=sentence):
        ask(**asked)
