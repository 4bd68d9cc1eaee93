"""What a question promises: days, zones, communities, points, and sentences where it cannot be answered."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import HEARTH, Place, account, join, leave, react, say
from weilu.core import clock
from weilu.core.directory.models import Brand, Community, Identity, Member
from weilu.core.errors import NotFound
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import questions
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at, trend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
MESSAGES = {"kind": "trend", "metric": "messages", "timezone": "UTC"}
JUNE = {"first": "2018-06-01", "last": "2018-06-30"}


def test_every_day_from_first_to_last_has_a_row_zeros_too(play, warehouse):
    play(
        [
            say("Ann", at("2018-06-01 00:00")),
            say("Ann", at("2018-06-03 23:59")),
            say("Ann", at("2018-06-04 00:00")),
        ],
        batch=1,
    )
    warehouse.loaded()

    answer = ask(**MESSAGES, first="2018-06-01", last="2018-06-03")

    assert answer.columns == ("at", "value")
    assert answer.rows == [("2018-06-01", 1), ("2018-06-02", 0), ("2018-06-03", 1)]
    assert (answer.unit, answer.timezone, answer.behind) == ("messages", "UTC", 0)
    assert answer.as_json()["question"] == {**MESSAGES, "from": "2018-06-01", "to": "2018-06-03"}


def test_of_many_questions_one_that_cannot_be_asked_silences_no_other(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    warehouse.loaded()
    good = {**MESSAGES, "from": "2018-06-01", "to": "2018-06-01"}

    first, gone, last = questions.ask_each([good, {**good, "metric": "luck"}, good], Viewer.everything())

    assert first is not None
    assert last is not None
    assert (first.rows, gone, last.rows) == ([("2018-06-01", 1)], None, [("2018-06-01", 1)])


def test_weeks_begin_on_monday_months_on_the_first_and_both_count_only_days_of_the_span(play, warehouse):
    play([say("Ann", at(f"2018-06-{day:02} 12:00")) for day in range(1, 12)], batch=1)
    warehouse.loaded()

    assert ask(**MESSAGES, first="2018-06-02", last="2018-06-11", by="week").rows == [
        ("2018-05-28", 2), ("2018-06-04", 7), ("2018-06-11", 1),
    ]  # fmt: skip
    assert ask(**MESSAGES, first="2018-05-31", last="2018-06-05", by="month").rows == [
        ("2018-05-01", 0),
        ("2018-06-01", 5),
    ]
    assert ask(**MESSAGES, first="2018-05-31", last="2018-06-05", by="period").rows == [("2018-05-31", 5)]


@pytest.mark.parametrize(
    ("timezone", "day", "hours"),
    [
        ("Europe/Berlin", "2018-03-25", 23),
        ("Europe/Berlin", "2018-10-28", 25),
        ("America/New_York", "2018-03-11", 23),
        ("America/Sao_Paulo", "2018-11-04", 23),  # the clocks jump over midnight itself
        ("Asia/Kathmandu", "2018-06-01", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_of_its_zone_make_it(play, warehouse, timezone, day, hours):
    midnight = at(f"{day} 00:00", timezone)
    play([say("Ann", midnight + n * 3_600_000) for n in range(-2, 28)], batch=1)
    warehouse.loaded()

    assert trend("messages", day, day, timezone=timezone) == [hours]


def test_the_zone_is_that_of_the_one_community_else_the_brands(play, warehouse):
    play([say("Ann", at("2018-06-01 23:00")), say("Ann", at("2018-06-01 12:00"), community=HARBOUR)], batch=1)
    warehouse.loaded()
    Brand.objects.update_or_create(defaults={"timezone": "Asia/Tokyo"})
    Community.objects.filter(name="Hearth").update(timezone="America/New_York")
    question = {"kind": "trend", "metric": "messages", "first": "2018-06-01", "last": "2018-06-02"}

    assert ask(**question).timezone == "Asia/Tokyo"
    assert ask(**question, communities=["Harbour"]).timezone == "Asia/Tokyo"
    hearth = ask(**question, communities=["Hearth"])
    assert (hearth.timezone, hearth.rows) == ("America/New_York", [("2018-06-01", 1), ("2018-06-02", 0)])


def test_a_community_goes_by_the_platforms_id_its_name_or_our_number(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00")), say("Ann", at("2018-06-01 12:00"), community=HARBOUR)], batch=1)
    warehouse.loaded()
    number = Community.objects.get(name="Harbour").pk

    for name in ("!harbour", "matrix/!harbour", "Harbour", "harbour", number):
        assert trend("messages", "2018-06-01", "2018-06-01", communities=[name]) == [1], name
    assert trend("messages", "2018-06-01", "2018-06-01", communities=["Harbour", "!hearth", number]) == [2]


def test_two_communities_of_one_name_must_be_told_apart(play, warehouse):
    other = Place("matrix", "!other", "Hearth")
    play([say("Ann", at("2018-06-01 12:00")), say("Ann", at("2018-06-01 12:00"), community=other)], batch=1)
    warehouse.loaded()

    with pytest.raises(Refused, match="matrix/!hearth"):
        trend("messages", "2018-06-01", "2018-06-01", communities=["Hearth"])
    answer = ask(**MESSAGES, first="2018-06-01", last="2018-06-01", breakdown="community")
    assert answer.rows == [("2018-06-01", "matrix/!hearth", 1), ("2018-06-01", "matrix/!other", 1)]


def test_an_operator_counts_only_their_own_communities(play, warehouse, bea, hearth):
    theirs = Place("telegram", "hearth", "Hearth")
    play([say("Ann", at("2018-06-01 12:00"), community=theirs), say("Ann", at("2018-06-01 13:00"), community=HARBOUR),
          say("Cy", at("2018-06-01 13:00"), community=HARBOUR)], batch=1)  # fmt: skip
    warehouse.loaded()
    viewer = viewer_of(bea)

    assert trend("messages", "2018-06-01", "2018-06-01", viewer=viewer) == [1]
    assert trend("state_new", "2018-06-01", "2018-06-01", viewer=viewer) == [1]
    assert len(ask(viewer, **MESSAGES, first="2018-06-01", last="2018-06-01", people=True).rows) == 1


def test_a_community_of_others_and_one_that_does_not_exist_look_the_same(play, warehouse, bea):
    play([say("Ann", at("2018-06-01 12:00"), community=HARBOUR)], batch=1)
    warehouse.loaded()
    sentences = []
    for name in ("Harbour", "Nowhere"):
        with pytest.raises(NotFound) as refused:
            trend("messages", "2018-06-01", "2018-06-01", viewer=viewer_of(bea), communities=[name])
        sentences.append(str(refused.value).replace(name, "…"))

    assert sentences[0] == sentences[1]


def test_who_may_see_nothing_gets_zeros(play, warehouse, dov):
    play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    warehouse.loaded()

    assert trend("messages", "2018-06-01", "2018-06-01", viewer=viewer_of(dov)) == [0]
    assert trend("state_new", "2018-06-01", "2018-06-01", viewer=viewer_of(dov)) == [0]


def test_a_span_may_end_in_the_future(play, warehouse):
    with clock.frozen(dt.datetime(2018, 6, 2, 12, tzinfo=dt.UTC)):
        play([say("Ann", at("2018-06-01 12:00"))], batch=1)
        warehouse.loaded()

        assert trend("messages", "2018-06-01", "2018-06-04") == [1, 0, 0, 0]
        assert trend("members", "2018-06-01", "2018-06-04") == [1, 1, 1, 1]
        assert (
            trend("state_new", "2018-06-01", "2018-06-30")[-1] == 1
        )  # as it is now, not as it will have become


def test_what_was_recorded_a_moment_ago_is_in_the_answer(play, warehouse):
    warehouse.loaded()
    assert trend("messages", "2018-06-01", "2018-06-01") == [0]

    play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    assert trend("messages", "2018-06-01", "2018-06-01") == [1]
    assert trend("state_churned", "2018-06-01", "2018-06-01") == [0]
    play([say("Ann", at("2018-06-01 13:00")), leave("Ann", at("2018-06-01 14:00"))], batch=1)
    assert trend("messages", "2018-06-01", "2018-06-01") == [2]
    assert trend("state_churned", "2018-06-01", "2018-06-01") == [1]


def test_an_answer_says_how_far_the_warehouse_is_where_it_cannot_keep_up(play, warehouse, monkeypatch):
    from weilu.core.warehouse import loader

    warehouse.loaded()
    head = play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    monkeypatch.setattr(loader, "run_once", lambda: 0)

    answer = questions.ask(
        {**MESSAGES, "from": "2018-06-01", "to": "2018-06-01"}, Viewer.everything(), seconds=0.05
    )

    assert (answer.position, answer.behind, answer.rows) == (0, head, [("2018-06-01", 0)])
    assert answer.as_json()["behind"] == head


def test_without_the_warehouse_there_is_a_sentence_and_no_answer(db, warehouse_down):
    with pytest.raises(Unavailable, match="Nothing is lost"):
        trend("messages", "2018-06-01", "2018-06-01")


def test_a_heat_map_has_168_cells_by_the_clock_of_the_zone(play, warehouse):
    play(
        [
            say("Ann", at("2018-06-03 22:30")),
            say("Ben", at("2018-06-03 22:45")),
            say("Ann", at("2018-06-03 22:50")),
        ],
        batch=1,
    )
    warehouse.loaded()

    answer = ask(kind="heatmap", event="message.sent", timezone="Europe/Berlin", **JUNE)

    assert answer.columns == ("weekday", "hour", "value")
    assert len(answer.rows) == 168
    assert [row for row in answer.rows if row[2]] == [(1, 0, 3)]  # Monday, half past midnight
    people = ask(kind="heatmap", metric="speakers", timezone="Europe/Berlin", **JUNE)
    assert [row for row in people.rows if row[2]] == [(1, 0, 2)]
    listed = ask(
        kind="heatmap", event="message.sent", timezone="Europe/Berlin", **JUNE, weekday=1, hour=0, events=True
    )
    assert len(listed.rows) == 3


def test_retention_follows_each_cohort_through_its_finished_periods(play, warehouse):
    weeks = ["2018-06-04", "2018-06-11", "2018-06-18"]
    play(
        [
            say(who, at(f"{weeks[n]} 12:00"))
            for who, ns in (("Ann", (0, 1, 2)), ("Ben", (0, 2)), ("Cy", (1,)))
            for n in ns
        ],
        batch=1,
    )
    warehouse.loaded()
    question = {"kind": "retention", "start": "message.sent", "comeback": "message.sent", "period": "week", "periods": 3,
                "timezone": "UTC", "first": "2018-06-04", "last": "2018-06-24"}  # fmt: skip

    with clock.frozen(dt.datetime(2018, 6, 25, tzinfo=dt.UTC)):
        answer = ask(**question)
        again = ask(**question, every=True)
    assert answer.columns == ("cohort", "size", "period", "returned")
    assert answer.rows == [
        ("2018-06-04", 2, 0, 2), ("2018-06-04", 2, 1, 1), ("2018-06-04", 2, 2, 2),
        ("2018-06-11", 1, 0, 1), ("2018-06-11", 1, 1, 0),
        ("2018-06-18", 0, 0, 0),
    ]  # fmt: skip
    assert again.rows == [
        ("2018-06-04", 2, 0, 2), ("2018-06-04", 2, 1, 1), ("2018-06-04", 2, 2, 2),
        ("2018-06-11", 2, 0, 2), ("2018-06-11", 2, 1, 1),
        ("2018-06-18", 2, 0, 2),
    ]  # fmt: skip


def test_a_point_of_a_retention_names_its_members(play, warehouse):
    play([say("Ann", at("2018-06-04 12:00")), say("Ben", at("2018-06-05 12:00")), react("Ann", at("2018-06-12 12:00"), about=1)],
         batch=1)  # fmt: skip
    warehouse.loaded()
    question = {
        "kind": "retention",
        "start": "message.sent",
        "comeback": "interaction",
        "timezone": "UTC",
        **JUNE,
        "people": True,
    }

    whole = ask(**question, period="week", cohort="2018-06-04")
    came = ask(**question, period="week", cohort="2018-06-04", point={"period": 1})
    short = ask(**question, period=1, cohort="2018-06-04")

    assert whole.columns == ("member", "name")
    assert [name for _, name in whole.rows] == ["Ann", "Ben"]
    assert [name for _, name in came.rows] == ["Ann"]
    assert came.rows == short.rows


def test_flow_says_who_moved_between_states_in_each_bucket(play, warehouse):
    play([say("Ann", at("2018-06-04 12:00")), say("Ben", at("2018-06-05 12:00")), leave("Ben", at("2018-06-12 12:00")),
          say("Ann", at("2018-06-12 12:00"))], batch=1)  # fmt: skip
    warehouse.loaded()
    question = {"kind": "flow", "by": "week", "timezone": "UTC", "first": "2018-06-04", "last": "2018-06-17"}

    answer = ask(**question)

    assert answer.columns == ("at", "from_state", "to_state", "members")
    assert answer.rows == [
        ("2018-06-04", "none", "new", 2),
        ("2018-06-11", "new", "active", 1),
        ("2018-06-11", "new", "churned", 1),
    ]
    gone = ask(**question, people=True, at="2018-06-11", from_state="new", to_state="churned")
    assert [name for _, name in gone.rows] == ["Ben"]


def test_a_trend_can_be_broken_down_by_community_state_tier_and_source(play, warehouse):
    robot = account("Robot", bot=True)
    play([say("Ann", at("2018-06-01 12:00")), say(robot, at("2018-06-01 13:00")), say("Ben", at("2018-06-01 14:00")),
          leave("Ben", at("2018-06-01 15:00")), say("Ann", at("2018-06-01 14:00"), community=HARBOUR, source="import")],
         batch=1)  # fmt: skip
    warehouse.loaded()
    question = {**MESSAGES, "first": "2018-06-01", "last": "2018-06-01"}

    def parts(by):
        answer = ask(**question, breakdown=by)
        assert answer.columns == ("at", "by", "value")
        return {by: value for _, by, value in answer.rows if value}

    assert parts("community") == {"Hearth": 3, "Harbour": 1}
    assert parts("source") == {"matrix": 3, "import": 1}
    assert parts("state") == {"new": 2, "churned": 1, "none": 1}
    assert sum(parts("tier").values()) == 4
    listed = ask(**question, breakdown="state", events=True, point={"at": "2018-06-01", "by": "new"})
    assert len(listed.rows) == 2
    short = ask(**{**question, "by": "churned"}, breakdown="state", people=True, at="2018-06-01")
    assert [name for _, name in short.rows] == ["Ben"]


def test_the_events_behind_a_number_stand_in_their_order_with_place_and_member(play, warehouse):
    play(
        [say("Ann", at("2018-06-01 12:00")), say(account("Robot", bot=True), at("2018-06-01 13:00"))], batch=1
    )
    warehouse.loaded()

    answer = ask(
        **{**MESSAGES, "timezone": "Europe/Berlin"}, first="2018-06-01", last="2018-06-01", events=True
    )

    ann = Identity.objects.get(name="Ann").member_id
    assert answer.columns == ("position", "happened", "community", "member", "kind")
    assert answer.rows == [
        (1, "2018-06-01T14:00:00+02:00", "Hearth", ann, "message.sent"),
        (2, "2018-06-01T15:00:00+02:00", "Hearth", None, "message.sent"),
    ]


def test_the_members_behind_a_number_have_the_names_they_go_by(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00")), join("Ben", at("2018-06-01 12:00"))], batch=1)
    warehouse.loaded()
    Member.objects.filter(identities__name="Ann").update(name="Ann of the North")

    answer = ask(
        kind="trend",
        metric="dau",
        timezone="UTC",
        first="2018-06-01",
        last="2018-06-02",
        people=True,
        at="2018-06-01",
    )

    assert [name for _, name in answer.rows] == ["Ann of the North"]


def test_what_stands_behind_a_number_can_be_turned_page_by_page(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00") + n) for n in range(5)], batch=1)
    warehouse.loaded()
    question = {**MESSAGES, "from": "2018-06-01", "to": "2018-06-01"}

    page = questions.behind(question, Viewer.everything(), limit=2, offset=2)

    assert (page.counts, page.ids, page.total) == ("events", [3, 4], 5)


def test_many_questions_give_the_answers_that_each_gives_alone(play, warehouse):
    play(
        [
            say("Ann", at("2018-06-01 12:00")),
            join("Ben", at("2018-06-02 12:00")),
            leave("Ben", at("2018-06-03 12:00")),
        ],
        batch=1,
    )
    warehouse.loaded()
    metrics = (
        "messages",
        "dau",
        "members",
        "joins",
        "interaction_rate",
        "wau",
        "stickiness",
        "state_new",
        "reply_rate",
    )
    asked = [{**MESSAGES, "metric": one, "from": "2018-06-01", "to": "2018-06-04"} for one in metrics]

    together = questions.ask_many(asked, Viewer.everything())
    questions.forget()

    assert [one.rows for one in together] == [questions.ask(one, Viewer.everything()).rows for one in asked]


REFUSED = [
    ({"kind": "segment"}, "lacks “rule”"),
    ({"kind": "guess"}, "no kind of question"),
    ({}, "lacks “kind”"),
    ({"kind": "trend", "from": "2018-06-01", "to": "2018-06-02"}, "either a metric or an event"),
    ({"kind": "trend", "metric": "charm", "from": "2018-06-01", "to": "2018-06-02"}, "no metric “charm”"),
    ({"kind": "trend", "event": "sun.rose", "from": "2018-06-01", "to": "2018-06-02"}, "no event “sun.rose”"),
    ({"kind": "trend", "metric": "dau", "to": "2018-06-02"}, "lacks “from”"),
    ({"kind": "trend", "metric": "dau", "from": "1.6.2018", "to": "2018-06-02"}, "must be a day"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-03", "to": "2018-06-02"}, "ends .* before it begins"),
    ({"kind": "trend", "metric": "dau", "from": "0001-01-01", "to": "2018-06-02"}, "1970"),
    ({"kind": "trend", "metric": "dau", "from": "1980-06-01", "to": "2018-06-02"}, "more than 4000 rows"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "by": "year"}, "“by” cannot be"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "timezone": "Mars/Base"}, "no time zone"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "colour": 1}, "no part “colour”"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "communities": [None]}, "list of names"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "people": "yes"}, "true or false"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "people": True}, "add “at”"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "people": True, "at": "2018-07-01"}, "no row"),
    ({"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-01", "events": True}, "counts members"),
    ({"kind": "trend", "metric": "joins", "from": "2018-06-01", "to": "2018-06-01", "breakdown": "source"}, "broken down"),
    ({"kind": "heatmap", "metric": "members", "from": "2018-06-01", "to": "2018-06-01"}, "cannot be cut by hour"),
    ({"kind": "heatmap", "metric": "messages", "from": "2018-06-01", "to": "2018-06-01", "people": True}, "which cell"),
    ({"kind": "retention", "start": "message.sent", "from": "2018-06-01", "to": "2018-06-01"}, "lacks “return”"),
    ({"kind": "retention", "start": "message.sent", "return": "message.sent", "periods": 0, "from": "2018-06-01",
      "to": "2018-06-01"}, "whole number from 1"),
    ({"kind": "flow", "from": "2018-06-01", "to": "2018-06-01", "people": True}, "which move"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sentence"), REFUSED)
def test_what_cannot_be_answered_is_refused_with_a_sentence(db, question, sentence):
    with pytest.raises(Refused, match=sentence):
        questions.ask(question, Viewer.everything())


def test_something_that_is_no_question_is_refused(db):
    with pytest.raises(Refused, match="JSON object"):
        questions.ask(["trend"], Viewer.everything())  # type: ignore[arg-type]


def test_values_never_become_part_of_the_sql(play, warehouse):
    evil = Place("matrix", "'); DROP TABLE weilu.events --", "x' OR 1=1 --")
    play(
        [
            say("Ann", at("2018-06-01 12:00"), community=evil),
            say("Ann", at("2018-06-01 12:00"), community=HEARTH),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("messages", "2018-06-01", "2018-06-01", communities=["x' OR 1=1 --"]) == [1]
    assert trend("messages", "2018-06-01", "2018-06-01", communities=["'); DROP TABLE weilu.events --"]) == [
        1
    ]
    listed = ask(**MESSAGES, first="2018-06-01", last="2018-06-01", breakdown="source", people=True,
                 point={"at": "2018-06-01", "by": "x' OR 1=1 --"})  # fmt: skip
    assert listed.rows == []
