"""What a funnel promises: order, windows, exclusions, conditions, times, parts, and the people behind each step."""

from __future__ import annotations

import pytest

from tests.fixtures.log import HEARTH, Place, account, event, say
from weilu.core.directory.models import Member
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
FUNNEL = {
    "kind": "funnel",
    "steps": [{"event": "member.joined"}, {"event": "message.sent"}, {"event": "order.paid"}],
    "timezone": "UTC",
    "from": "2018-06-01",
    "to": "2018-06-30",
}


def join(who, moment: str, **rest):
    return event("member.joined", at(moment), who, **rest)


def pay(who, moment: str, value: int | None = None, **rest):
    return event("order.paid", at(moment), who, value=value, **rest)


def people(**question) -> list[str]:
    return [name for _member, name in ask(**{**FUNNEL, "people": True, **question}).rows]


@pytest.fixture
def june(play, warehouse):
    """Ann goes all the way, Bo pays before he speaks, Cy only joins, Di takes her time; Shop is a bot, Eve never joined."""
    play([
        join("Ann", "2018-06-01 10:00"), say("Ann", at("2018-06-01 10:30")), pay("Ann", "2018-06-02 10:30", 250),
        join("Bo", "2018-06-01 10:00"), pay("Bo", "2018-06-02 09:00", 50), say("Bo", at("2018-06-03 10:00")),
        join("Cy", "2018-06-05 10:00", community=HARBOUR, properties={"channel": "poster"}),
        join("Di", "2018-06-01 10:00", community=HARBOUR, properties={"channel": "friend \"Ann\""}),
        say("Di", at("2018-06-02 10:00"), community=HARBOUR), pay("Di", "2018-06-28 10:00", 99, community=HARBOUR),
        join(account("Shop", bot=True), "2018-06-01 10:00"), say(account("Shop", bot=True), at("2018-06-01 11:00")),
        say("Eve", at("2018-06-01 10:00")), pay("Eve", "2018-06-01 11:00", 500),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def test_each_step_has_its_members_and_the_middle_of_their_time_since_the_step_before(june):
    answer = ask(**FUNNEL)
    assert answer.columns == ("step", "event", "members", "median_seconds")
    assert answer.unit == "people"
    assert answer.rows == [
        (1, "member.joined", 4, None), (2, "message.sent", 3, 86_400.0), (3, "order.paid", 2, 86_400.0),
    ]  # fmt: skip


def test_the_window_runs_from_the_first_step_and_holds_its_end(june):
    def numbers(window: str) -> list[int]:
        return [row[2] for row in ask(**FUNNEL, window=window).rows]

    assert numbers("7d") == [4, 3, 1]
    assert numbers("27d") == [4, 3, 2]
    assert numbers("29m") == [4, 0, 0]
    assert numbers("30m") == [4, 1, 0]


def test_a_step_may_ask_more_of_its_event(june):
    def last(**where) -> int:
        steps = [*FUNNEL["steps"][:2], {"event": "order.paid", "where": where}]
        return ask(**{**FUNNEL, "steps": steps}).rows[-1][2]

    assert last(value={"gte": 100}) == 1
    assert last(value={"lt": 100, "gt": 50}) == 1
    assert last(value=[99, 250]) == 2
    assert last(value={"ne": 99}) == 1
    assert last(source="matrix") == 2
    assert last(source="qq") == 0
    assert last(value={"exists": False}) == 0


def test_in_any_order_the_steps_lie_in_one_window(june):
    assert [row[2:] for row in ask(**FUNNEL, order="unordered").rows] == [
        (4, None),
        (3, 86_400.0),
        (3, 86_400.0),
    ]
    assert [row[2] for row in ask(**FUNNEL, order="unordered", window="3d").rows] == [4, 3, 2]
    assert people(order="unordered", window="3d", step=3) == ["Ann", "Bo"]


def test_strictly_nothing_else_comes_between(june, play, warehouse):
    assert [row[2] for row in ask(**FUNNEL, order="strict").rows] == [4, 2, 2]
    play([event("reaction.added", at("2018-06-02 10:00"), "Ann")], batch=2)
    warehouse.loaded()
    assert [row[2] for row in ask(**FUNNEL, order="strict").rows] == [4, 2, 1]


def test_what_is_excluded_ends_the_way(june, play, warehouse):
    play(
        [
            event("member.left", at("2018-06-02 00:00"), "Ann"),
            event("member.left", at("2018-06-29 00:00"), "Di"),
        ],
        batch=2,
    )
    warehouse.loaded()
    assert [row[2] for row in ask(**FUNNEL, exclude=[{"event": "member.left"}]).rows] == [4, 3, 1]


def test_every_step_opens_its_people_and_those_who_were_lost(june):
    assert people(step=1) == ["Ann", "Bo", "Cy", "Di"]
    assert people(step=3) == ["Ann", "Di"]
    assert people(step=2, lost=True) == ["Cy"]
    assert people(point={"step": 3, "lost": True}) == ["Bo"]
    assert questions.behind({**FUNNEL, "step": 2}, Viewer.everything()).total == 3


def test_it_is_broken_down_by_what_the_first_event_says(june):
    parts = ask(**FUNNEL, breakdown="community")
    assert parts.columns == ("step", "event", "by", "members", "median_seconds")
    assert [row[2:4] for row in parts.rows] == [
        ("Hearth", 2), ("Harbour", 2), ("Hearth", 2), ("Harbour", 1), ("Hearth", 1), ("Harbour", 1),
    ]  # fmt: skip
    channels = {**FUNNEL, "breakdown": "property", "property": "channel"}
    assert [row[2:4] for row in ask(**channels).rows[:3]] == [('friend "Ann"', 1), ("poster", 1), ("none", 2)]
    assert people(**channels, step=2, point={"by": 'friend "Ann"'}) == ["Di"]
    assert people(**channels, step=1, point={"by": "none"}) == ["Ann", "Bo"]


def test_events_of_one_moment_count_in_the_order_of_the_log(play, warehouse):
    play([say("Ann", at("2018-06-01 10:00")), join("Ann", "2018-06-01 10:00"), pay("Ann", "2018-06-01 10:00"),
          join("Bo", "2018-06-01 10:00"), say("Bo", at("2018-06-01 10:00"))], batch=1)  # fmt: skip
    warehouse.loaded()
    assert [row[2:] for row in ask(**FUNNEL).rows] == [(2, None), (1, 0.0), (0, None)]


def test_one_event_is_never_two_steps(play, warehouse):
    play(
        [
            say("Ann", at("2018-06-01 10:00")),
            say("Bo", at("2018-06-01 10:00")),
            say("Bo", at("2018-06-01 10:01")),
        ],
        batch=1,
    )
    warehouse.loaded()
    steps = [{"event": "message.sent"}, {"event": "interaction"}, {"event": "*"}]
    assert [row[2] for row in ask(**{**FUNNEL, "steps": steps}).rows] == [2, 1, 0]


def test_a_later_beginning_may_get_further_than_the_first(play, warehouse):
    play(
        [
            join("Ann", "2018-06-01 10:00"),
            join("Ann", "2018-06-10 10:00"),
            say("Ann", at("2018-06-10 11:00")),
        ],
        batch=1,
    )
    warehouse.loaded()
    assert [row[2:] for row in ask(**FUNNEL, window="1d").rows] == [(1, None), (1, 3600.0), (0, None)]


def test_two_accounts_of_one_person_go_one_way(june):
    ann, eve = (Member.objects.get(name=name) for name in ("Ann", "Eve"))
    assert ann.pk != eve.pk
    assert people(member=ann.pk, step=1) == ["Ann"]


def test_without_days_it_is_about_all_that_was_ever_seen(june):
    whole = {name: part for name, part in FUNNEL.items() if name not in ("from", "to")}
    assert ask(**whole).rows == ask(**FUNNEL).rows


S1, S2 = {"event": "member.joined"}, {"event": "message.sent"}
REFUSED = [
    ({"window": "0d"}, "“window” is zero long"),
    ({"window": "soon"}, "“window” must be a length of time"),
    ({"window": 7}, "“window” must be a length of time"),
    ({"steps": []}, "“steps” must be a list of 1 to 12"),
    ({"steps": None}, "lacks “steps”"),
    ({"steps": [S1, S2, S1]}, "Steps 1 and 3 are the same"),
    ({"steps": [S1, "message.sent"]}, "“steps 2” must be an object"),
    ({"steps": [S1, {"event": "order.pad"}]}, "no event “order.pad”.* Near it: order.paid"),
    ({"steps": [S1, {"name": "x"}]}, "lacks “steps 2 › event”"),
    ({"steps": [S1, {**S2, "colour": 1}]}, "no part “steps 2 › colour”"),
    (
        {"steps": [S1, {**S2, "where": {"channel": {"over": 1}}}]},
        "“steps 2 › where › channel” cannot be compared by “over”",
    ),
    (
        {"steps": [S1, {**S2, "where": {"value": {"gte": "x"}}}]},
        "“steps 2 › where › value › gte” must be a number",
    ),
    ({"steps": [S1, {**S2, "where": {"mood": "good"}}]}, "“message.sent” has no property “mood”"),
    ({"steps": [{**S1, "where": {"chanel": "x"}}]}, "no property “chanel”. It has: channel"),
    ({"exclude": [S2]}, "Step 2 .* is excluded at the same time"),
    ({"order": "sideways"}, "“order” cannot be “sideways”"),
    ({"from": "2018-06-03", "to": "2018-06-02"}, "ends .* before it begins"),
    ({"breakdown": "property"}, "lacks “property”"),
    ({"breakdown": "property", "property": "chanel"}, "no property “chanel”"),
    ({"people": True}, "which step is meant"),
    ({"people": True, "step": 4}, "has 3 steps"),
    ({"people": True, "step": 1, "lost": True}, "Nobody is lost"),
    ({"events": True, "step": 1}, "counts members"),
    ({"steps": [S1, {**S2, "where": {"value": {}}}]}, "says nothing"),
]


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_a_funnel_is_refused_by_the_name_of_the_part(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**{**FUNNEL, **part})
    assert ask(**FUNNEL).rows[0][2] == 4


def test_values_of_a_condition_stay_values(june):
    evil = "x' OR 1=1 --\\\"\n\0"
    steps = [{"event": "member.joined", "where": {"channel": evil}}]
    assert ask(**{**FUNNEL, "steps": steps}).rows == [(1, "member.joined", 0, None)]
    quoted = [{"event": "member.joined", "where": {"channel": 'friend "Ann"'}}]
    assert ask(**{**FUNNEL, "steps": quoted}).rows[0][2] == 1
    assert HEARTH.name == "Hearth"
