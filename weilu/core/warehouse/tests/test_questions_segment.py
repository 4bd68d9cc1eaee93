"""What a question about a segment promises: only what those people did counts, as of its last day, and only for whom may see it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.fixtures.cast import operator
from tests.fixtures.log import Place, account, event, join, react, say
from weilu.core import clock
from weilu.core.directory.models import Community, Fact, Identity
from weilu.core.errors import NotFound
from weilu.core.events.incoming import Actor
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at, trend
from weilu.members import conclude
from weilu.members.segments import actions
from weilu.members.segments.actions import Wish

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]
ALL = Viewer.everything()
HARBOUR = Place("matrix", "!harbour", "Harbour")
SHOP = Place("sdk:shop", "sdk:shop", "Shop")
JUNE = {"first": "2018-06-01", "last": "2018-06-30", "timezone": "UTC"}
TOTAL = {**JUNE, "by": "total"}
BUYERS = {"did": "order.paid"}


@pytest.fixture
def june(play, warehouse):
    """Ann asks and buys, Ben answers her and is never answered, Eve speaks in Harbour alone, a bot speaks most."""
    bot = account("Robo", bot=True)
    play(
        [
            join("Ann", at("2018-06-01 09:00")),
            join("Ben", at("2018-06-01 09:30")),
            say("Ann", at("2018-06-02 10:00"), number="q"),
            say("Ben", at("2018-06-02 10:05"), about="q"),
            say("Ben", at("2018-06-03 10:00")),
            say("Ann", at("2018-06-10 10:00")),
            react("Ben", at("2018-06-11 10:00"), about="q"),
            say("Eve", at("2018-06-05 12:00"), community=HARBOUR),
            *[say(bot, at(f"2018-06-04 1{n}:00")) for n in range(5)],
            event("order.paid", at("2018-06-20 10:00"), "Ann", value=12_000),
        ],
        batch=1,
    )
    warehouse.loaded()
    return warehouse


def number_of(name: str) -> int:
    return Identity.objects.get(name=name).member.pk


def test_only_what_those_people_did_counts_and_they_stand_behind_it(june):
    assert trend("messages", "2018-06-01", "2018-06-30", by="total") == [10]
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=BUYERS) == [2]
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment={"not": BUYERS}) == [3]
    assert trend("messages", "2018-06-01", "2018-06-30", by="week", segment=BUYERS) == [1, 1, 0, 0, 0]
    question = {"kind": "trend", "metric": "speakers", "from": "2018-06-01", "to": "2018-06-30", "timezone": "UTC", "by": "total"}  # fmt: skip
    found = questions.behind({**question, "segment": {"did": "message.sent", "times": {"gte": 2}}}, ALL)
    assert found.ids == sorted([number_of("Ann"), number_of("Ben")])
    told = questions.ask({**question, "segment": BUYERS, "people": True}, ALL)
    assert told.rows == [(number_of("Ann"), "Ann")]


def test_who_is_in_it_is_told_as_of_the_last_day_of_the_question(june):
    assert trend("messages", "2018-06-01", "2018-06-19", by="total", segment=BUYERS) == [0]
    assert trend("messages", "2018-06-01", "2018-06-20", by="total", segment=BUYERS) == [2]
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=BUYERS, as_of="2018-06-19") == [
        0
    ]
    lately = {"did": "message.sent", "within": "7d"}
    assert trend("messages", "2018-06-01", "2018-06-10", by="total", segment=lately) == [3]
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=lately) == [0]
    with clock.frozen(dt.datetime(2018, 6, 13, 9, tzinfo=dt.UTC)):  # the last day is yet to come: as of now
        assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=lately) == [2]


def test_with_the_knowledge_of_then_the_order_was_not_known(june, play):
    head = play([event("order.paid", at("2018-06-02 10:00"), "Ben", value=1)], batch=2)
    june.loaded()
    asked = {"by": "total", "segment": BUYERS}

    assert trend("messages", "2018-06-01", "2018-06-30", **asked) == [4]
    assert trend("messages", "2018-06-01", "2018-06-30", known=head - 1, **asked) == [2]


def test_every_kind_that_asks_about_doings_can_be_asked_of_a_segment(june):
    heat = ask(kind="heatmap", event="message.sent", segment=BUYERS, **JUNE).rows
    assert {(day, hour): n for day, hour, n in heat if n} == {(6, 10): 1, (7, 10): 1}
    cohorts = ask(
        kind="retention", start="member.joined", comeback="message.sent", period="day", periods=2, segment=BUYERS, **JUNE
    ).rows  # fmt: skip
    assert [row for row in cohorts if row[1]] == [("2018-06-01", 1, 0, 0), ("2018-06-01", 1, 1, 1)]
    steps = [{"event": "member.joined"}, {"event": "reaction.added"}]
    assert [row[2] for row in ask(kind="funnel", steps=steps, **JUNE).rows] == [2, 1]
    assert [row[2] for row in ask(kind="funnel", steps=steps, segment=BUYERS, **JUNE).rows] == [1, 0]
    assert ask(kind="paths", after="member.joined", depth=3, segment=BUYERS, **JUNE).rows == [
        (["member.joined", "message.sent", "message.sent"], 1)
    ]
    formula = {"formula": "a / b", "measures": {"a": {"event": "message.sent"}, "b": {"metric": "speakers"}}}
    assert ask(kind="trend", segment=BUYERS, **formula, **TOTAL).rows == [("2018-06-01", 2.0)]
    assert ask(
        kind="trend", event="message.sent", breakdown="community", segment={"not": BUYERS}, **TOTAL
    ).rows == [
        ("2018-06-01", "Hearth", 2),
        ("2018-06-01", "Harbour", 1),
    ]


def test_members_joins_states_and_moves_are_cut_as_doings_are(june):
    conclude.run_once()
    assert trend("members", "2018-06-01", "2018-06-30", by="total") == [3]
    assert trend("members", "2018-06-01", "2018-06-30", by="total", segment=BUYERS) == [1]
    assert trend("joins", "2018-06-01", "2018-06-30", by="total", segment={"not": BUYERS}) == [2]
    whole = ask(kind="flow", **{**JUNE, "by": "month"}).rows
    part = ask(kind="flow", segment=BUYERS, **{**JUNE, "by": "month"}).rows
    assert sum(row[-1] for row in whole) == 3
    assert [row[1] for row in part] == ["none"]
    assert sum(row[-1] for row in part) == 1
    for communities in (None, ["Hearth"], ["Hearth", "Harbour"]):
        rest = {"communities": communities, **TOTAL}
        held = {one: ask(kind="trend", metric=f"state_{one}", segment=BUYERS, **rest).rows[0][1]
                for one in ("new", "active", "returning", "dormant", "churned")}  # fmt: skip
        assert sum(held.values()) == 1, (communities, held)
        by_state = ask(kind="trend", metric="speakers", breakdown="state", segment=BUYERS, **rest).rows
        assert sum(row[-1] for row in by_state) == 1


def test_an_answer_by_somebody_else_is_an_answer(june):
    """Ann's first question was answered by Ben, who is not in the segment; her second by nobody."""
    assert trend("reply_rate", "2018-06-01", "2018-06-30", by="total", segment=BUYERS) == [50]
    assert trend("first_reply", "2018-06-01", "2018-06-30", by="total", segment=BUYERS) == [300]
    assert trend("reply_rate", "2018-06-01", "2018-06-30", by="total", segment={"not": BUYERS}) == [0]


def test_states_of_a_segment_can_be_asked_for_with_a_rule_about_states(june):
    conclude.run_once()
    new = {"state": ["new", "active", "returning"]}
    assert trend("messages", "2018-06-01", "2018-06-11", by="total", segment=new) == [5]
    assert trend("messages", "2018-06-01", "2018-06-11", by="total", segment=new, batch=1) == [5]
    assert trend(
        "messages", "2018-06-01", "2018-06-11", by="total", segment=new, member=number_of("Ann")
    ) == [2]


def test_a_saved_segment_is_named_by_its_number_or_name_and_follows_its_rule(june):
    row = actions.create(ALL, Wish("Buyers", BUYERS))
    for name in (row.pk, "Buyers"):
        assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=name) == [2]
    actions.change(ALL, row, Wish("Buyers", {"not": BUYERS}))
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=row.pk) == [3]
    kept = actions.keep(ALL, row, "Then")
    actions.change(ALL, row, Wish("Buyers", BUYERS))
    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=kept.pk) == [3]
    assert trend(
        "messages", "2018-06-01", "2018-06-30", by="total", segment={"and": [{"segment": "Then"}, BUYERS]}
    ) == [0]


def test_a_saved_segment_keeps_its_communities_and_a_rule_takes_the_questions(june, play):
    play([event("order.paid", at("2018-06-21 10:00"), "Eve", community=HARBOUR, value=1), say("Eve", at("2018-06-22 10:00"))], batch=2)  # fmt: skip
    june.loaded()
    harbour = Community.objects.get(name="Harbour").pk
    actions.create(ALL, Wish("Harbour's buyers", BUYERS, communities=[harbour]))
    rest = {"by": "total", "communities": ["Hearth"]}

    assert trend("messages", "2018-06-01", "2018-06-30", segment="Harbour's buyers", **rest) == [1]
    assert trend("messages", "2018-06-01", "2018-06-30", segment=BUYERS, **rest) == [2]


def test_a_segment_that_is_not_there_and_one_that_is_not_theirs_are_refused_alike(june):
    actions.create(ALL, Wish("Buyers", BUYERS))
    bea = viewer_of(
        operator("bea@example.com", "Bea", "community_manager", Community.objects.get(name="Hearth"))
    )
    for viewer, name in ((ALL, "Byers"), (bea, "Buyers"), (ALL, 999)):
        with pytest.raises(NotFound, match=f"There is no segment “{name}” here, or it is not yours to see."):
            trend("messages", "2018-06-01", "2018-06-30", viewer=viewer, segment=name)
    with pytest.raises(NotFound):
        trend(
            "messages",
            "2018-06-01",
            "2018-06-30",
            viewer=bea,
            segment={"did": "message.sent", "in": "Harbour"},
        )
    assert trend("messages", "2018-06-01", "2018-06-30", viewer=bea, by="total", segment=BUYERS) == [2]


def test_facts_count_as_they_stand_today_unless_the_question_looks_back(june):
    ann = Identity.objects.get(name="Ann")
    Fact.objects.create(identity=ann, name="city", value='"Berlin"', at=1)
    city = {"fact": "city", "is": "Berlin"}

    assert trend("messages", "2018-06-01", "2018-06-30", by="total", segment=city) == [2]
    with pytest.raises(Refused, match="Facts are known as they stand today"):
        trend("messages", "2018-06-01", "2018-06-30", segment=city, as_of="2018-06-20")


def test_visitors_are_in_no_segment_unless_they_are_asked_for(june, play):
    device = Actor("sdk:shop", "device-1", anonymous=True)
    play([event("page.viewed", at("2018-06-20 10:00"), device, community=SHOP, source="sdk:shop")], batch=2)
    june.loaded()
    views = {"kind": "trend", "event": "page.viewed", **TOTAL}
    viewers = {"did": "page.viewed"}

    assert ask(**views).rows[0][1] == 1
    assert ask(**views, segment=viewers).rows[0][1] == 0
    assert ask(**views, segment=viewers, visitors=True).rows[0][1] == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (True, "“segment” is a rule, or the name or number of a saved segment."),
        ([BUYERS], "“segment” is a rule, or the name or number of a saved segment."),
        ({}, "A rule is an object such as"),
        ({"did": "order.payd"}, "There is no event “order.payd”"),
        ({"did": "order.paid", "within": "0d"}, "“within” is zero long"),
        ({"dit": "order.paid"}, "“dit” begins no condition."),
    ],
)
def test_what_is_no_segment_is_refused_with_a_sentence(june, given: Any, sentence: str):
    with pytest.raises(Refused) as refused:
        trend("messages", "2018-06-01", "2018-06-30", segment=given)
    assert str(refused.value).startswith(sentence)


def test_a_segment_itself_is_narrowed_by_its_rule_not_by_another_part(june):
    with pytest.raises(Refused, match="no part “segment”"):
        questions.ask({"kind": "segment", "rule": BUYERS, "segment": "Buyers"}, ALL)


def test_questions_that_differ_in_their_segment_alone_are_answered_apart_together_and_again(june):
    asked = [
        {"kind": "trend", "metric": "messages", "from": "2018-06-01", "to": "2018-06-30", "timezone": "UTC", "by": by, **more}
        for by in ("total", "day")
        for more in ({}, {"segment": BUYERS}, {"segment": {"not": BUYERS}})
    ]  # fmt: skip
    for _ in range(2):
        sums = [sum(row[1] for row in answer.rows) for answer in questions.ask_many(asked, ALL)]
        assert sums == [10, 2, 3, 10, 2, 3]
