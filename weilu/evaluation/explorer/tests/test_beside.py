"""The explorer sets an answer beside the days before, everybody or another segment; people behind a number become a segment."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fixtures.cast import operator
from tests.fixtures.log import event, join, react, say
from weilu.core.directory.models import Community, Identity
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.tests.asking import at
from weilu.evaluation.explorer.as_rule import rule_of
from weilu.evaluation.explorer.tests.exploring import HARBOUR, asked, browser_of, table
from weilu.members import conclude
from weilu.members.segments import actions as segments
from weilu.members.segments import live, queries
from weilu.members.segments.actions import Wish
from weilu.members.segments.models import Segment

pytestmark = pytest.mark.django_db
ALL = Viewer.everything()
JUNE = {"from": "2018-06-01", "to": "2018-06-30"}
WEEK = {"from": "2018-06-08", "to": "2018-06-14"}
MESSAGES = {"kind": "trend", "metric": "messages", "by": "day", **WEEK}
BUYERS = {"did": "order.paid"}


@pytest.fixture
def june(play, warehouse):
    """Ann and Ben join and talk in Hearth, Ann buys; Eve talks in Harbour."""
    play(
        [
            join("Ann", at("2018-06-01 09:00")), join("Ben", at("2018-06-02 09:00")),
            say("Ann", at("2018-06-02 10:00"), number="a2"), say("Ben", at("2018-06-03 10:00")),
            *[say("Ann", at(f"2018-06-{day:02} 10:00"), number=f"a{day}") for day in (8, 9, 10)],
            say("Ben", at("2018-06-09 11:00")), react("Ben", at("2018-06-09 12:00"), about="a9"),
            say("Eve", at("2018-06-10 10:00"), community=HARBOUR),
            event("order.paid", at("2018-06-05 10:00"), "Ann", value=900),
        ],
        batch=1,
    )  # fmt: skip
    warehouse.loaded()
    conclude.run_once()
    return warehouse


@pytest.fixture
def buyers(june) -> Segment:
    return segments.create(ALL, Wish("Teapot circle", BUYERS))


def links(text: str) -> list[str]:
    found = re.findall(r'"(/behind/\?[^"]*)"', text)
    return [one.replace("&amp;", "&").replace("\\u0026", "&") for one in found]


def test_a_question_of_a_segment_is_asked_by_the_form_and_says_so(ada, buyers):
    form = {"kind": "trend", "what": "metric:messages", "by": "total", "first": "2018-06-01", "last": "2018-06-30",
            "segment": str(buyers.pk), "compare": "all"}  # fmt: skip
    answer = ada.get("/explore/ask/", form)
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert json.loads(query["q"][0])["segment"] == buyers.pk
    assert query["compare"] == ["all"], "the address holds the whole of it"
    text = ada.get(answer["Location"]).content.decode()
    assert "only of “Teapot circle”" in text
    assert f'<option value="{buyers.pk}" selected>Teapot circle</option>' in text
    assert table(ada, json.loads(query["q"][0]), compare="all")[0][1:] == [
        "Teapot circle",
        "everybody",
        "Difference",
        "In per cent",
    ]


def test_a_rule_in_the_question_is_shown_and_kept_by_the_form(ada):
    question = {**MESSAGES, "segment": BUYERS}
    text = asked(ada, question).content.decode()
    assert "as the question says" in text
    value = re.search(r'<option value="(\{[^"]*)" selected', text)[1].replace("&quot;", '"')
    form = {
        "kind": "trend",
        "what": "metric:messages",
        "first": "2018-06-08",
        "last": "2018-06-14",
        "segment": value,
    }
    built = parse_qs(urlsplit(ada.get("/explore/ask/", form)["Location"]).query)
    assert json.loads(built["q"][0])["segment"] == BUYERS


def test_two_segments_stand_side_by_side_with_their_difference_and_both_open_their_people(ada, buyers):
    rest = segments.create(ALL, Wish("The rest", {"not": BUYERS}))
    question = {**MESSAGES, "by": "total", "segment": buyers.pk}
    rows = table(ada, question, compare=f"s{rest.pk}")
    assert rows[0] == ["Time", "Teapot circle", "The rest", "Difference", "In per cent"]
    assert rows[1][1:] == ["3", "2", "1", "50.0"]
    text = asked(ada, question, compare=f"s{rest.pk}").content.decode()
    names = {
        re.search(r"<h1>.*?(\d+) events?</span>", ada.get(one).content.decode(), re.S)[1]
        for one in links(text)
    }
    assert names == {"3", "2"}
    assert "The rest" in text


def test_the_days_before_stand_beside_every_kind_that_names_its_days(ada):
    assert table(ada, {**MESSAGES, "by": "total"}, compare="1")[1][1:] == ["5", "2", "3", "150.0"]
    heat = table(ada, {"kind": "heatmap", "event": "message.sent", "timezone": "UTC", **WEEK}, compare="1")
    assert heat[0] == ["Weekday", "Hour", "these days", "days before", "Difference", "In per cent"]
    assert ["Saturday", "10:00", "1", "1", "0", "0.0"] in heat
    flow = asked(ada, {"kind": "flow", "by": "total", **WEEK}, compare="1")
    assert flow.status_code == 200
    paths = table(ada, {"kind": "paths", "after": "message.sent", "depth": 2, **WEEK}, compare="1")
    assert paths[0][0] == "Path"
    cohorts = table(ada, {"kind": "retention", "start": "message.sent", "return": "message.sent", "period": "day", "periods": 2, **WEEK}, compare="1")  # fmt: skip
    assert cohorts[0] == ["Began", "Period", "these days", "days before", "Difference", "In per cent"]


def test_a_funnel_beside_a_segment_tells_both_and_their_difference(ada, buyers):
    funnel = {"kind": "funnel", "steps": [{"event": "member.joined"}, {"event": "reaction.added"}], **JUNE}
    rows = table(ada, funnel, compare=f"s{buyers.pk}")
    assert rows[0][-2:] == ["Teapot circle", "Difference"]
    assert [row[-2:] for row in rows[1:]] == [["1", "1"], ["0", "1"]]


@pytest.mark.parametrize("compare", ["all", "s999", "sx", "7", "s", "-1", "s" + "9" * 5_000])
def test_what_cannot_stand_beside_is_left_out_or_refused(ada, compare):
    answer = asked(ada, MESSAGES, compare=compare)
    assert answer.status_code == (400 if compare == "s999" else 200)


def test_bea_does_not_hear_the_name_of_a_segment_that_is_not_hers(bea, buyers):
    text = asked(bea, {**MESSAGES, "segment": buyers.pk}).content.decode()
    assert "Teapot circle" not in text
    assert "or it is not yours to see" in text
    assert "Teapot circle" not in bea.get("/explore/").content.decode()


# people become a segment -------------------------------------------------------------------------------------------------


SPEAKERS = {"kind": "trend", "metric": "speakers", "by": "total", **JUNE, "point": {"at": "2018-06-01"}}


def test_the_people_behind_a_number_become_a_list_that_stays(ada, june, play):
    text = ada.get("/behind/", {"q": json.dumps(SPEAKERS)}).content.decode()
    assert "Make a segment of them" in text
    made = ada.post("/behind/segment/", {"q": json.dumps(SPEAKERS), "name": "Talkers of June", "how": "list"})
    row = Segment.objects.get()
    assert (made["Location"], row.snapshot, row.size, row.rule) == (f"/segments/{row.pk}/", True, 3, {})
    play([say("New", at("2018-06-12 10:00"))], batch=2)
    june.loaded()
    found = questions.ask({**queries.question(row), "people": True}, ALL).rows
    assert sorted(name for _, name in found) == ["Ann", "Ben", "Eve"]
    page = ada.get(f"/segments/{row.pk}/").content.decode()
    assert "/behind/?q=" in page, "it says where it comes from"
    origin = links(page)[0]
    assert "4 members" in ada.get(origin).content.decode()
    assert "Talkers of June" in ada.get("/segments/").content.decode()
    assert ada.get(f"/members/?segment={row.pk}").status_code == 200
    assert ada.get(f"/segments/{row.pk}/edit/").status_code == 200
    kept = ada.post(
        f"/segments/{row.pk}/edit/", {"name": "Of June", "note": "n", "text": "{}", "act": "save"}
    )
    assert kept.status_code == 302
    assert ada.post("/segments/new/", {"name": "x", "text": "{}", "act": "save"}).status_code == 400


def test_where_a_rule_says_who_they_are_the_segment_follows_it(ada, june, play):
    ada.post("/behind/segment/", {"q": json.dumps(SPEAKERS), "name": "Talkers of June", "how": "rule"})
    row = Segment.objects.get()
    assert (row.snapshot, row.rule) == (False, {"did": "message.sent", **JUNE})
    play([say("Late", at("2018-06-12 10:00"))], batch=2)
    june.loaded()
    conclude.run_once()
    live.run_once()
    row.refresh_from_db()
    assert row.size == 4, "who comes in late is in it"
    assert row.origin == SPEAKERS


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "trend", "event": "message.sent", "measure": "members", "by": "week", **JUNE, "point": {"at": "2018-06-04"}},
        {"kind": "trend", "metric": "messages", "by": "day", **JUNE, "at": "2018-06-09"},
        {"kind": "trend", "metric": "dau", "by": "day", **JUNE, "at": "2018-06-09"},
        {"kind": "trend", "metric": "wau", "by": "day", **JUNE, "at": "2018-06-09"},
        {"kind": "trend", "metric": "mau", "by": "week", **JUNE, "at": "2018-06-11"},
        {"kind": "trend", "metric": "speakers", "by": "month", "from": "2018-06-02", "to": "2018-06-09", "at": "2018-06-01"},
        {"kind": "trend", "metric": "speakers", "by": "total", "breakdown": "community", **JUNE, "point": {"at": "2018-06-01", "by": "Hearth"}},
        {"kind": "trend", "metric": "speakers", "by": "total", "segment": BUYERS, **JUNE, "at": "2018-06-01"},
        {"kind": "funnel", "steps": [{"event": "member.joined"}, {"event": "message.sent"}], "window": "2d", **JUNE, "step": 2},
        {"kind": "funnel", "steps": [{"event": "member.joined"}, {"event": "order.paid", "where": {"value": {"gte": 100}}}], **JUNE, "step": 2, "lost": True},
        {"kind": "funnel", "steps": [{"event": "member.joined"}, {"event": "message.sent"}, {"event": "order.paid"}], **JUNE, "step": 3},
        {"kind": "retention", "start": "message.sent", "return": "interaction", "period": "week", **JUNE, "point": {"cohort": "2018-05-28", "period": 1}},
        {"kind": "retention", "start": "message.sent", "return": "message.sent", "period": "week", "every": True, "times": 2, **JUNE, "point": {"cohort": "2018-05-28", "period": 1}},
        {"kind": "retention", "start": "message.sent", "return": "message.sent", "period": "day", **JUNE, "cohort": "2018-06-02"},
        {"kind": "segment", "rule": {"did": "message.sent", "times": {"gte": 2}}},
    ],
)  # fmt: skip
def test_the_rule_of_a_number_finds_whom_the_number_counts(june, question):
    rule = rule_of(question)
    assert rule is not None
    told = questions.behind({**question, "people": True}, ALL).ids
    assert told, "somebody stands there"
    assert questions.behind({"kind": "segment", "rule": rule}, ALL).ids == told


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "heatmap", "event": "message.sent", **JUNE, "weekday": 6, "hour": 10},
        {"kind": "flow", "by": "total", **JUNE, "from_state": "none", "to_state": "active"},
        {"kind": "paths", "after": "message.sent", **JUNE, "path": ["message.sent"]},
        {"kind": "funnel", "steps": [{"event": "member.joined"}], "order": "strict", **JUNE, "step": 1},
        {"kind": "trend", "metric": "top_share", "by": "total", **JUNE, "at": "2018-06-01"},
        {"kind": "trend", "metric": "dau", **JUNE, "at": "2018-06-09", "as_of": "2018-06-20"},
        {"kind": "trend", "metric": "dau"},
        {
            "kind": "trend",
            "event": "message.sent",
            "by": "total",
            "breakdown": "community",
            "top": 1,
            **JUNE,
            "point": {"at": "2018-06-01", "by": "other"},
        },
        {"kind": "top", "event": "message.sent", "breakdown": "member", **JUNE, "point": {"by": "Ann #1"}},
        {"kind": ["x"]},
    ],
)
def test_where_no_rule_says_it_only_the_list_is_offered(june, question):
    assert rule_of(question) is None


def test_what_must_hold_of_a_counted_event_must_hold_in_the_rule():
    paid = {"kind": "trend", "event": "order.paid", "where": {"value": {"gte": 100}}, "by": "total", **JUNE, "at": "2018-06-01"}  # fmt: skip
    assert rule_of(paid) == {"did": "order.paid", "where": {"value": {"gte": 100}}, **JUNE}


def test_a_rule_that_finds_others_is_not_taken_for_them(ada, june):
    """The states of then are not those of now."""
    question = {
        "kind": "trend",
        "metric": "state_new",
        "by": "total",
        "from": "2018-06-01",
        "to": "2018-06-02",
        "at": "2018-06-01",
    }
    answer = ada.post("/behind/segment/", {"q": json.dumps(question), "name": "x", "how": "rule"})
    assert answer.status_code == 400
    assert "No rule says exactly who these are" in answer.content.decode()
    assert not Segment.objects.exists()


@pytest.mark.parametrize("bad", [{"q": "{"}, {"q": '{"kind": "trend"}', "name": "x"}, {"q": json.dumps({**SPEAKERS, "from": "2018-07-01", "to": "2018-07-01", "point": {"at": "2018-07-01"}}), "name": "x"},
                                 {"q": json.dumps(SPEAKERS), "name": " "}])  # fmt: skip
def test_nobody_and_nonsense_become_no_segment(ada, bad):
    assert ada.post("/behind/segment/", bad).status_code == 400
    assert not Segment.objects.exists()


def test_bea_makes_one_of_her_own_people_and_an_analyst_none(bea, client_of, june):
    bea.post("/behind/segment/", {"q": json.dumps(SPEAKERS), "name": "Hers", "how": "list"})
    row = Segment.objects.get()
    hearth = Community.objects.get(name="Hearth")
    assert (row.communities, row.size) == ([hearth.pk], 2)
    analyst = browser_of(client_of, operator("ann@example.com", "Ann", "analyst"))
    assert "Make a segment" not in analyst.get("/behind/", {"q": json.dumps(SPEAKERS)}).content.decode()
    assert analyst.post("/behind/segment/", {"q": json.dumps(SPEAKERS), "name": "x"}).status_code == 404


def test_somebody_erased_is_called_by_no_origin(ada, june):
    named = {
        "kind": "funnel",
        "steps": [{"event": "order.paid", "where": {"value": {"gte": 1}}}],
        **JUNE,
        "step": 1,
    }
    ada.post("/behind/segment/", {"q": json.dumps(named), "name": "Friends of Ann", "how": "list"})
    Segment.objects.update(origin={**named, "steps": [{"event": "order.paid", "where": {"by": "Ann"}}]})
    segments.forget_person(Identity.objects.get(name="Ann").pk)
    row = Segment.objects.get()
    assert "Ann" not in json.dumps([row.name, row.note, row.origin])
