"""What paths promise: from an event or to it, how long, the most taken first, and the people on each."""

from __future__ import annotations

import pytest

from tests.fixtures.log import account, event, say
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

JOIN, SAY, PAY, LIKE = "member.joined", "message.sent", "order.paid", "reaction.added"


@pytest.fixture
def june(play, warehouse):
    """Ann and Bo join, speak twice and pay; Cy joins and likes; Di pays without joining; Shop is a bot."""
    happened = []
    for who in ("Ann", "Bo"):
        happened += [event(JOIN, at("2018-06-01 10:00"), who), say(who, at("2018-06-01 10:10")),
                     say(who, at("2018-06-01 10:20")), event(PAY, at("2018-06-03 10:00"), who)]  # fmt: skip
    happened += [event(LIKE, at("2018-06-01 09:00"), "Cy"), event(JOIN, at("2018-06-02 10:00"), "Cy"),
                 event(LIKE, at("2018-06-02 11:00"), "Cy"), event(PAY, at("2018-06-20 10:00"), "Di"),
                 event(JOIN, at("2018-06-02 10:00"), account("Shop", bot=True))]  # fmt: skip
    play(happened, batch=1)
    warehouse.loaded()


def paths(**question) -> list[tuple[list[str], int]]:
    return ask(**{"kind": "paths", "timezone": "UTC", "after": JOIN, **question}).rows


def test_the_example_of_the_contract_is_answered_as_it_stands(june):
    answer = questions.ask({"kind": "paths", "from": JOIN, "depth": 3, "top": 20}, Viewer.everything())
    assert (answer.columns, answer.unit) == (("path", "members"), "people")
    assert answer.rows == [([JOIN, SAY, SAY], 2), ([JOIN, LIKE], 1)]


def test_to_an_event_paths_end_with_it(june):
    answer = questions.ask({"kind": "paths", "to": PAY, "depth": 3}, Viewer.everything())
    assert answer.rows == [([SAY, SAY, PAY], 2), ([PAY], 1)]
    assert paths(after=None, before=PAY, depth=2) == [([SAY, PAY], 2), ([PAY], 1)]


def test_depth_top_window_and_what_is_left_out(june):
    assert paths(depth=4)[0] == ([JOIN, SAY, SAY, PAY], 2)
    assert paths(top=1) == [([JOIN, SAY, SAY], 2)]
    assert paths(depth=4, window="30m") == [([JOIN, SAY, SAY], 2), ([JOIN], 1)]
    assert paths(depth=3, collapse=True)[0] == ([JOIN, SAY, PAY], 2)
    assert paths(depth=3, exclude=[{"event": SAY}])[0] == ([JOIN, PAY], 2)
    assert paths(after=None, before=PAY, depth=3, collapse=True)[0] == ([JOIN, SAY, PAY], 2)


def test_only_what_lies_in_the_days_counts(june):
    assert paths(first="2018-06-01", last="2018-06-01") == [([JOIN, SAY, SAY], 2)]
    assert paths(first="2018-06-02", last="2018-06-30") == [([JOIN, LIKE], 1)]
    assert paths(first="2018-06-10", last="2018-06-30") == []


def test_events_of_one_moment_follow_the_log_and_equals_the_letters(play, warehouse):
    moment = at("2018-06-01 10:00")
    play([event(JOIN, moment, "Ann"), event(PAY, moment, "Ann"), say("Ann", moment), event(JOIN, moment, "Bo"),
          event(LIKE, moment, "Bo")], batch=1)  # fmt: skip
    warehouse.loaded()
    assert paths() == [([JOIN, PAY, SAY], 1), ([JOIN, LIKE], 1)]


def test_behind_each_path_stand_its_people(june):
    def names(*path: str) -> list[str]:
        asked = {"kind": "paths", "after": JOIN, "people": True, "point": {"path": list(path)}}
        return [name for _member, name in ask(**asked).rows]

    assert names(JOIN, SAY, SAY) == ["Ann", "Bo"]
    assert names(JOIN, LIKE) == ["Cy"]
    assert names(JOIN, "unheard of") == []


REFUSED = [
    ({"after": None}, "begin with an event or end with one"),
    ({"before": PAY}, "begin with an event or end with one"),
    ({"after": "member.joind"}, "no event “member.joind”.* Near it: member.joined"),
    ({"depth": 0}, "“depth” must be a whole number from 2 to 10"),
    ({"top": 0}, "“top” must be a whole number from 1"),
    ({"window": "0h"}, "“window” is zero long"),
    ({"exclude": [{"event": JOIN}]}, "no path would be left"),
    ({"first": "2018-06-03", "last": "2018-06-02"}, "ends .* before it begins"),
    ({"people": True}, "which path is meant"),
    ({"events": True, "path": [JOIN]}, "counts members"),
    ({"colour": 1}, "no part “colour”"),
]


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_a_path_is_refused(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        paths(**part)
