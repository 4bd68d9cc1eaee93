"""What a distribution promises: how often members did it, how large it was, whole brackets, and who stands behind each."""

from __future__ import annotations

import pytest

from tests.fixtures.log import account, event, say
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

SAID = {
    "kind": "distribution",
    "event": "message.sent",
    "timezone": "UTC",
    "first": "2018-06-01",
    "last": "2018-06-02",
}
PAID = {**SAID, "event": "order.paid", "of": "value"}
AGED = {**PAID, "of": "property", "property": "age"}


def pay(who, moment: str, value: int | None = None, **properties):
    return event("order.paid", at(moment), who, value=value, properties=properties)


@pytest.fixture
def june(play, warehouse):
    """Ann speaks once, Bo twice (and once too late), Cy five times, a bot nine times. Five orders, one without a value, one of a bot."""
    bot = account("Shop", bot=True)
    play([
        say("Ann", at("2018-06-01 10:00")), say("Bo", at("2018-06-01 10:00")), say("Bo", at("2018-06-02 23:59")), say("Bo", at("2018-06-03 00:00")),
        *(say("Cy", at(f"2018-06-01 1{n}:30")) for n in range(5)), *(say(bot, at(f"2018-06-01 1{n}:40")) for n in range(9)),
        pay("Ann", "2018-06-01 09:00", 0, age=20), pay("Ann", "2018-06-01 09:01", 99, age=20.5), pay("Bo", "2018-06-01 09:02", 100, age="30"),
        pay("Bo", "2018-06-01 09:03", None, age=True), pay("Cy", "2018-06-01 09:04", -5), pay(bot, "2018-06-01 09:05", 100, age=-1.5),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def test_members_are_counted_by_how_often_they_did_it(june):
    answer = ask(**SAID)
    assert (answer.columns, answer.unit) == (("low", "below", "members", "events"), "people")
    assert answer.rows == [(1, 2, 1, 1), (2, 3, 1, 2), (3, 6, 1, 5), (6, 11, 0, 0), (11, 21, 0, 0), (21, 51, 0, 0), (51, 101, 0, 0), (101, None, 0, 0)]  # fmt: skip
    assert ask(**SAID, edges=[2, 5]).rows == [(None, 2, 1, 1), (2, 5, 1, 2), (5, None, 1, 5)]
    assert ask(**SAID, edges=[1]).rows == [(1, None, 3, 8)]
    assert ask(**SAID, edges=[1, 2], where={"source": "qq"}).rows == [(1, 2, 0, 0), (2, None, 0, 0)]


def test_events_are_counted_by_the_size_of_their_value_or_of_a_number_they_carry(june):
    answer = ask(**PAID, edges=[0, 50, 99.5])
    assert answer.unit == "events"
    assert answer.rows == [(None, 0, 1, 1), (0, 50, 1, 1), (50, 99.5, 1, 1), (99.5, None, 1, 2)]
    assert ask(**AGED, edges=[0, 20.25]).rows == [(None, 0, 0, 1), (0, 20.25, 1, 1), (20.25, None, 1, 1)]
    assert sum(row[3] for row in ask(**PAID).rows) == 5


def test_each_bracket_opens_its_people_and_its_events(june):
    assert [row[1] for row in ask(**SAID, people=True, low=3).rows] == ["Cy"]
    assert len(ask(**SAID, events=True, low=3).rows) == 5
    assert [row[1] for row in ask(**SAID, edges=[2, 5], people=True, below=2).rows] == ["Ann"]
    assert [row[1] for row in ask(**PAID, edges=[0, 50], people=True, point={"below": 0}).rows] == ["Cy"]
    last = {"kind": "distribution", "event": "order.paid", "of": "value", "edges": [0, 50], "low": 50}
    found = questions.behind(last, Viewer.everything())
    assert (found.counts, found.total) == ("events", 3)


REFUSED = [
    ({"edges": []}, "“edges” must be a list of 1 to 50 numbers"),
    ({"edges": [1, True]}, "must be a list"),
    ({"edges": [3, 2]}, "“edges” must rise"),
    ({"edges": [1, 1.0]}, "“edges” must rise"),
    ({"edges": [0, 1]}, "whole numbers from 1"),
    ({"edges": [1.5]}, "whole numbers from 1"),
    ({"edges": [1e300], "of": "value"}, "must be a list"),
    ({"of": "mood"}, "“of” cannot be “mood”"),
    ({"of": "property"}, "lacks “property”"),
    ({"of": "property", "property": "age"}, "“message.sent” has no property “age”"),
    ({"property": "age"}, "it needs “of”"),
    ({"event": "Tea Pored"}, "There is no event “Tea Pored”"),
    ({"where": {"mood": 1}}, "has no property “mood”"),
    ({"first": "2018-06-09"}, "ends .* before it begins"),
    ({"people": True}, "Say which row is meant"),
    ({"people": True, "low": 4}, "no row that begins with “4”"),
    ({"low": "4"}, "“low” must be a number"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_makes_no_brackets_is_refused_with_the_parts_name(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**{**SAID, **part})
