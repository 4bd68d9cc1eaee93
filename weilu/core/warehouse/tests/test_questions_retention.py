"""What retention promises beyond plain periods: rolling, brackets, several times, parts, with and without a programme."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import Place, event, say
from weilu.core import clock
from weilu.core.directory.models import Member
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
JOINED = {
    "kind": "retention", "start": "member.joined", "comeback": "message.sent", "period": "day", "periods": 5,
    "timezone": "UTC", "first": "2018-06-01", "last": "2018-06-01",
}  # fmt: skip


@pytest.fixture
def summer():
    """Not all periods that are asked for are over."""
    with clock.frozen(dt.datetime(2018, 6, 20, 12, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def june(play, warehouse):
    """All join on the first: Ann speaks on days 0, 1, 1 and 3, Bo on day 2 and long after, Cy never."""
    play([
        event("member.joined", at("2018-06-01 10:00"), "Ann", properties={"channel": "poster"}),
        event("member.joined", at("2018-06-01 10:00"), "Bo", target="Ann", community=HARBOUR),
        event("member.joined", at("2018-06-01 10:00"), "Cy", target="Ann", properties={"channel": "poster"}),
        say("Ann", at("2018-06-01 11:00")), say("Ann", at("2018-06-02 11:00")), say("Ann", at("2018-06-02 12:00")),
        say("Ann", at("2018-06-04 11:00"), about=None), say("Bo", at("2018-06-03 11:00")), say("Bo", at("2018-06-18 11:00")),
        event("badge.earned", at("2018-06-01 20:00"), "Bo"), event("badge.earned", at("2018-06-04 20:00"), "Cy"),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def came(**question) -> list[int]:
    return [row[-1] for row in ask(**{**JOINED, **question}).rows]


def test_on_the_day_itself_and_rolling(june):
    assert came() == [1, 1, 1, 1, 0]
    assert came(mode="rolling") == [2, 2, 2, 2, 1]


def test_brackets_hold_several_periods_and_are_named_by_their_first(june):
    answer = ask(**{**JOINED, "mode": "bracket", "brackets": [1, 3, 10]})
    assert [row[1:] for row in answer.rows] == [(3, 0, 1), (3, 1, 2), (3, 3, 1)]
    assert len(ask(**{**JOINED, "mode": "bracket", "brackets": [1, 3, 40]}).rows) == 2


def test_several_times_in_the_period_bracket_or_after(june):
    assert came(times=2) == [0, 1, 0, 0, 0]
    assert came(times=2, mode="rolling") == [2, 2, 1, 0, 0]
    assert came(times=2, mode="bracket", brackets=[1, 3, 10]) == [0, 1, 0]


def test_parts_by_community_channel_and_inviter(june):
    first = {**JOINED, "periods": 1}
    assert ask(**first, breakdown="community").columns == ("cohort", "by", "size", "period", "returned")
    assert [row[1:3] for row in ask(**first, breakdown="community").rows] == [("Hearth", 2), ("Harbour", 1)]
    channels = ask(**first, breakdown="property", property="channel").rows
    assert [row[1:] for row in channels] == [("poster", 2, 0, 1), ("none", 1, 0, 0)]
    ann = Member.objects.get(name="Ann").pk
    inviters = ask(**first, breakdown="inviter").rows
    assert [row[1:] for row in inviters] == [(f"Ann #{ann}", 2, 0, 0), ("none", 1, 0, 1)]
    people = {**first, "people": True, "cohort": "2018-06-01"}
    assert [name for _, name in ask(**people, breakdown="inviter", point={"by": f"Ann #{ann}"}).rows] == [
        "Bo",
        "Cy",
    ]
    assert [
        name for _, name in ask(**people, breakdown="inviter", point={"by": "none", "period": 0}).rows
    ] == ["Ann"]


def test_with_and_without_a_programme_that_was_joined_in_the_first_period(june):
    answer = ask(**{**JOINED, "periods": 3, "versus": "badge.earned"})
    assert [row[1:] for row in answer.rows] == [
        ("with", 1, 0, 0), ("with", 1, 1, 0), ("with", 1, 2, 1), ("without", 2, 0, 1), ("without", 2, 1, 1), ("without", 2, 2, 0),
    ]  # fmt: skip
    found = questions.behind(
        {"kind": "retention", "start": "member.joined", "return": "message.sent", "period": "day", "versus": "badge.earned",
         "timezone": "UTC", "from": "2018-06-01", "to": "2018-06-01", "point": {"cohort": "2018-06-01", "by": "without"}},
        Viewer.everything(),
    )  # fmt: skip
    assert found.total == 2


def test_start_and_return_may_have_conditions(june):
    start = {"event": "member.joined", "where": {"channel": "poster"}}
    assert [row[1:] for row in ask(**{**JOINED, "start": start, "periods": 1}).rows] == [(2, 0, 1)]
    assert came(comeback={"event": "message.sent", "where": {"source": "qq"}}) == [0, 0, 0, 0, 0]


def test_the_example_of_the_contract_is_answered_as_it_stands(june):
    answer = questions.ask(
        {
            "kind": "retention",
            "start": "member.joined",
            "return": "message.sent",
            "period": "day",
            "periods": 30,
        },
        Viewer.everything(),
    )
    assert (answer.rows[0][0], answer.rows[0][1]) == ("2018-06-01", 3)
    assert max(row[2] for row in answer.rows) < 20


REFUSED = [
    ({"mode": "bracket"}, "belong together"),
    ({"brackets": [1, 3]}, "belong together"),
    ({"mode": "bracket", "brackets": [3, 1]}, "must rise"),
    ({"mode": "bracket", "brackets": [0]}, "whole numbers from 1"),
    ({"times": 0}, "“times” must be a whole number from 1"),
    ({"mode": "loose"}, "“mode” cannot be “loose”"),
    ({"start": "member.joind"}, "Near it: member.joined"),
    ({"start": {"event": "member.joined", "where": {"mood": "good"}}}, "no property “mood”"),
    ({"start": {}}, "lacks “start › event”"),
    ({"versus": "badge.earned", "breakdown": "community"}, "parts the cohorts already"),
    ({"breakdown": "property", "property": "mood"}, "no property “mood”"),
    ({"breakdown": "state"}, "“breakdown” cannot be “state”"),
    ({"breakdown": "community", "people": True, "cohort": "2018-06-01"}, "which part is meant"),
]


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_answered_is_refused(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**{**JOINED, **part})
