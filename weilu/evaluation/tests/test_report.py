"""A week counted by hand: what the report says of it, and where its numbers lead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from django.utils import translation

from tests.fixtures.log import join, leave
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.errors import NotFound
from weilu.core.events import actions as log
from weilu.core.jobs import pump
from weilu.core.operators.access import viewer_of
from weilu.core.warehouse import questions
from weilu.evaluation.reports import findings, write
from weilu.evaluation.reports.as_json import as_json
from weilu.evaluation.reports.shapes import Report
from weilu.evaluation.reports.weeks import BadWeek, last_finished, read_week
from weilu.evaluation.tests.weekly import EVERYTHING, HEARTH, NOW, THE_WEEK, ZONE, Show, at, report, said

pytestmark = pytest.mark.usefixtures("july")


def figures(told: Report) -> dict[str, Any]:
    return {one.metric: one.value for one in told.figures}


def test_the_figures_are_those_counted_by_hand(hearth_week: Report) -> None:
    assert figures(hearth_week) == {
        "members": 5,
        "active_members": 3,
        "messages": 11,
        "interaction_rate": 60.0,
        "net_growth": 2,
        "new_speakers": 1,
        "reply_rate": 25.0,
        "first_reply": 60,
        "silent_share": 40.0,
        "day_7_retention": 100.0,
    }


def test_each_figure_stands_against_the_week_before_and_four_weeks(hearth_week: Report) -> None:
    messages = next(one for one in hearth_week.figures if one.metric == "messages")
    assert (messages.before, messages.mean) == (6, 7 / 4)
    members = next(one for one in hearth_week.figures if one.metric == "members")
    assert (members.before, members.mean) == (3, (0 + 1 + 1 + 3) / 4)


def test_day_seven_is_told_of_those_who_came_the_week_before(hearth_week: Report) -> None:
    later = report(read_week("2018-W27"))
    retention = next(one for one in later.figures if one.metric == "day_7_retention")
    assert retention.question["from"] == "2018-06-25"
    assert retention.value == 0


def test_what_moved_and_who(hearth_week: Report) -> None:
    assert [(one.person.name, one.now, one.before) for one in hearth_week.movers] == [("Cai", 6, 2)]


def test_whom_to_thank_and_why(hearth_week: Report) -> None:
    first = hearth_week.thanks[0]
    assert (first.person.name, first.reason, first.count, first.times) == ("Eve", "answered", 2, 2)


def test_who_is_drifting_away_and_when_they_were_last_seen(hearth_week: Report) -> None:
    assert [(one.person.name, one.messages, one.last_seen) for one in hearth_week.drifting] == [
        ("Gus", 1, at("06-12") // 1000)
    ]


def test_moves_between_states_are_those_of_the_week(hearth_week: Report) -> None:
    assert {(one.before, one.after): one.members for one in hearth_week.flows} == {
        ("none", "new"): 2,
        ("new", "active"): 2,
        ("active", "dormant"): 1,
    }


def test_the_best_hour_is_the_one_in_which_most_members_spoke(hearth_week: Report) -> None:
    best = hearth_week.slots[0]
    assert (best.weekday, best.hour, best.people, best.share) == (2, 21, 2, 2 / 3)


def test_topics_are_what_several_people_said_and_never_a_person(hearth_week: Report) -> None:
    words = [one.word for one in hearth_week.topics]
    assert words == ["普洱茶"]
    assert (hearth_week.topics[0].messages, hearth_week.topics[0].people) == (3, 2)


def test_every_number_opens_as_many_as_it_says(hearth_week: Report) -> None:
    values = figures(hearth_week)
    for one in hearth_week.figures:
        if one.metric in ("members", "active_members", "messages", "new_speakers"):
            assert questions.behind(one.question, EVERYTHING).total == values[one.metric], one.metric
    for slot in hearth_week.heat:
        assert questions.behind(slot.question, EVERYTHING).total == slot.people
    for flow in hearth_week.flows:
        assert questions.behind(flow.question, EVERYTHING).total == flow.members


def test_the_same_week_is_told_the_same_twice(hearth_week: Report) -> None:
    assert orjson.dumps(as_json(report())) == orjson.dumps(as_json(hearth_week))


def test_an_empty_week_reads_well(hearth_week: Report) -> None:
    nothing = report(read_week("2018-W10"))
    assert nothing.empty
    assert nothing.findings == ()
    assert figures(nothing)["messages"] == 0


def test_a_silent_week_with_members_says_so(hearth_week: Report) -> None:
    with clock.frozen(NOW + dt.timedelta(weeks=8)):
        silent = report(read_week("2018-W32"))
    assert silent.findings[0].rule == "nobody"
    with translation.override("zh-hans"):
        assert findings.say(silent.findings[0], {}).sentence == "这一周没人说过话。"


# what is known ------------------------------------------------------------------------------------------------------


def test_a_report_keeps_what_it_knew_and_counts_what_came_since(hearth_week: Report, show: Show) -> None:
    show([said("Hal", "06-30", "20:00", "late one"), said("Hal", "06-30", "20:01", "late two")], batch=8)
    again = report()
    assert again.since_then == 2
    assert again.known == hearth_week.known
    assert figures(again) == figures(hearth_week)
    assert [one.person.name for one in again.movers] == [one.person.name for one in hearth_week.movers]


def test_written_anew_it_knows_all_and_keeps_that(hearth_week: Report, show: Show) -> None:
    show([said("Hal", "06-30", "20:00", "late one")], batch=8)
    renewed = report(anew=True)
    assert (renewed.since_then, figures(renewed)["messages"]) == (0, 12)
    assert figures(report())["messages"] == 12


def test_known_shows_a_past_day_and_keeps_nothing(hearth_week: Report, show: Show) -> None:
    with clock.frozen(NOW + dt.timedelta(days=2)):
        show([said("Hal", "06-30", "20:00", "late one")], batch=8)
        then = report(known=NOW.date())
    assert (then.since_then, figures(then)["messages"]) == (1, 11)


def test_an_import_that_was_undone_and_comes_again_is_told_anew(hearth_week: Report, show: Show) -> None:
    log.retract_batch(7)
    assert pump.catch_up(60)
    show(THE_WEEK, batch=9)
    again = report()
    assert figures(again) == figures(hearth_week)
    assert again.since_then == 0


def test_a_week_that_runs_yet_is_not_kept(hearth_week: Report, show: Show) -> None:
    with clock.frozen(dt.datetime(2018, 6, 29, tzinfo=ZONE)):
        running = report()
    assert not running.finished
    show([said("Hal", "06-30", "20:00", "late one")], batch=8)
    assert report().since_then == 1, "the finished week was kept before"


# findings -----------------------------------------------------------------------------------------------------------


def rules(told: Report) -> dict[str, Any]:
    return {one.rule: one for one in told.findings}


def test_selling_too_much_is_noticed_and_opens_the_offers(show: Show) -> None:
    chat = [said("Cai", "06-26", f"10:{n:02d}", "今天泡了一壶老白茶") for n in range(20)]
    offers = [said("Eve", "06-27", f"10:{n:02d}", "限时秒杀，老白茶直降 30 元，手慢无") for n in range(10)]
    show([*chat, *offers])
    found = rules(report())["selling"]
    assert (found.facts["offers"], found.facts["messages"], len(found.positions)) == (10, 30, 10)
    with translation.override("en"):
        assert findings.say(found, {}).sentence == "33.3% of the messages sell something."


def test_unanswered_questions_are_noticed_where_the_platform_tells_replies(show: Show) -> None:
    asked = [said("Cai", "06-26", f"10:{n:02d}", f"第 {n} 个问题怎么办？", number=n) for n in range(6)]
    show(
        [
            *asked,
            said("Eve", "06-26", "11:00", "这样办", about=0, target="Cai"),
            said("Cai", "06-26", "11:05", "自己顶", about=1),
        ]
    )
    found = rules(report())["unanswered"]
    assert (found.facts["asked"], found.facts["alone"]) == (6, 5)


def test_without_replies_in_the_export_nothing_is_said_about_answers(show: Show) -> None:
    show([said("Cai", "06-26", f"10:{n:02d}", f"第 {n} 个问题怎么办？") for n in range(12)])
    assert "unanswered" not in rules(report())


def test_newcomers_who_keep_silent_are_noticed_by_name(show: Show) -> None:
    came = [join(f"N{n}", at("06-26", f"10:0{n}"), community=HEARTH) for n in range(6)]
    show([*came, said("N0", "06-27", "10:00"), said("Cai", "06-27", "10:00")])
    told = report()
    found = rules(told)["silent_newcomers"]
    assert (found.facts["joined"], found.facts["silent"], len(found.members)) == (6, 5, 5)
    with translation.override("en"):
        assert findings.say(found, told.names).evidence == "Among them N1, N2, N3 and 2 more."


def test_more_leaving_than_usual_is_noticed(show: Show) -> None:
    came = [said(f"N{n}", "06-05", f"10:0{n}") for n in range(8)]
    show(
        [
            *came,
            *[leave(f"N{n}", at("06-28", f"10:0{n}"), community=HEARTH) for n in range(5)],
            said("N7", "06-28", "12:00"),
        ]
    )
    found = rules(report())["leaving"]
    assert found.facts["value"] == 5
    assert questions.behind(found.question or {}, EVERYTHING).total == 5


def test_a_few_who_say_nearly_everything_are_noticed(show: Show) -> None:
    loud = [said("Cai", "06-26", f"{10 + n // 60}:{n % 60:02d}") for n in range(80)]
    show([*loud, *[said(f"N{n}", "06-27", "10:00") for n in range(9)]])
    found = rules(report())["concentration"]
    assert (found.facts["few"], found.facts["speakers"]) == (1, 10)


def test_three_findings_at_most_the_strongest_first(hearth_week: Report) -> None:
    scores = [one.score for one in hearth_week.findings]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


# who may see it, and what is refused --------------------------------------------------------------------------------


def test_a_community_is_found_by_id_name_and_the_id_of_its_platform(hearth_week: Report) -> None:
    for name in ("hearth", "telegram/hearth", "Hearth", "HEARTH", hearth_week.community):
        assert write.find_community(EVERYTHING, name).pk == hearth_week.community


def test_a_strangers_community_and_none_look_the_same(hearth_week: Report, dov: Any) -> None:
    for name in ("Hearth", "Nowhere"):
        with pytest.raises(NotFound) as told:
            write.find_community(viewer_of(dov), name)
        assert name in str(told.value)


@pytest.mark.parametrize("text", ["2018", "2018-26", "W26", "2018-W54", "2018-W00", "9999-W01", "x" * 200])
def test_what_is_no_week_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadWeek) as told:
        read_week(text)
    assert len(str(told.value)) < 150


@pytest.mark.parametrize(
    ("text", "first"), [("2018-W26", "2018-06-25"), ("2020W53", "2020-12-28"), ("2026-w1", "2025-12-29")]
)
def test_weeks_are_those_of_the_iso_calendar(text: str, first: str) -> None:
    assert read_week(text).first.isoformat() == first


def test_the_last_finished_week_follows_the_zone_of_the_community() -> None:
    with clock.frozen(dt.datetime(2018, 7, 1, 16, 30, tzinfo=dt.UTC)):
        assert last_finished("Asia/Shanghai").label == "2018-W26"
        assert last_finished("UTC").label == "2018-W25"


def test_a_week_to_come_is_refused(hearth_week: Report) -> None:
    with pytest.raises(BadWeek):
        report(read_week("2018-W40"))


def test_a_week_is_cut_in_the_zone_of_the_community(hearth_week: Report) -> None:
    Community.objects.filter(outside="hearth").update(timezone="UTC")
    moved = report(anew=True)
    assert moved.timezone == "UTC"
    assert figures(moved)["messages"] == 12, "what was Monday in Shanghai is still Sunday in UTC"
