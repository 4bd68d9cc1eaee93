"""From a figure that goes out of bounds to the one who looks after it: told once, to whom it may concern, until it is back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fixtures.lively import HEARTH, NOW, day
from tests.fixtures.log import join, leave, say
from weilu.communities.tasks import actions as tasks
from weilu.communities.tasks.models import Task
from weilu.core import clock, needs
from weilu.core.decisions.models import Decision
from weilu.core.directory.models import Identity
from weilu.core.errors import Forbidden, NotFound, WeiluError
from weilu.core.events import sequencer
from weilu.core.mail import delivering
from weilu.core.operators.access import viewer_of
from weilu.evaluation.alerts import actions, judging
from weilu.evaluation.alerts.actions import Wish
from weilu.evaluation.alerts.models import Alert, AlertRule, Comment
from weilu.evaluation.alerts.rules import Condition
from weilu.members.segments import actions as segments

FEW = Condition("threshold", "below", 3)


def at(day_of_march: int, hour: int = 12) -> Any:
    return clock.frozen(dt.datetime(2026, 3, day_of_march, hour, 30, tzinfo=dt.UTC))


def judge() -> None:
    judging.judge_due(clock.now())


@pytest.fixture
def few(lively: Any, bea: Any, post: Any) -> AlertRule:
    """Fewer than three active in Hearth on a day; Bea is written to. On the 19th two were."""
    wish = Wish("dau", FEW, lively.hearth.pk, [bea.pk])
    return actions.create(viewer_of(bea), wish)


def said(viewer: Any) -> list[str]:
    return [str(one.sentence) for one in needs.gather(viewer)]


def test_a_figure_out_of_bounds_is_told_once_and_is_over_when_it_is_back(
    few: AlertRule, bea: Any, play: Any, warehouse: Any, post: Any
) -> None:
    judge()
    alert = Alert.objects.get()
    assert (alert.day, alert.value, alert.low) == (dt.date(2026, 3, 19), 2, 3)
    assert any("Hearth" in one for one in said(viewer_of(bea)))
    delivering.run_once()
    [letter] = post.taken
    assert letter["To"] == bea.email
    assert f"/alerts/{alert.pk}/" in letter.get_content()

    for hour in (13, 14, 20):
        with at(20, hour):
            judge()
            delivering.run_once()
    assert Alert.objects.count() == len(post.taken) == 1, "quiet when already known"

    play([say(name, day(20, 15), community=HEARTH, number=f"{name}20") for name in ("Cai", "Mei", "Lin")])
    warehouse.loaded()
    with at(21, 1):
        judge()
    alert.refresh_from_db()
    assert (alert.closing, alert.first_day) == ("back", dt.date(2026, 3, 19))
    with at(22, 1):
        judge()
        delivering.run_once()
    assert Alert.objects.filter(closed_at=None).count() == 1, "a new one begins"
    assert len(post.taken) == 2


def test_both_turns_of_an_alert_are_decisions_that_webhooks_hear(few: AlertRule, bea: Any) -> None:
    judge()
    actions.pause(viewer_of(bea), few)
    actions.pause(viewer_of(bea), few)
    told = Decision.objects.order_by("pk")
    assert [(row.kind, row.subject_type, row.subject_id, row.by) for row in told] == [
        ("alert.raised", "community", few.community_id, None),
        ("alert.closed", "community", few.community_id, None),
    ]


def test_an_alert_is_no_news_of_its_community(few: AlertRule) -> None:
    from weilu.communities.queries import newest

    before = newest.moments([few.community_id])
    judge()
    sequencer.drain()
    assert newest.moments([few.community_id]) == before


def test_too_much_is_told_while_the_day_still_runs_and_too_little_is_not(
    lively: Any, ada: Any, play: Any, warehouse: Any
) -> None:
    viewer, own = viewer_of(ada), lively.hearth.pk
    many = actions.create(viewer, Wish("messages", Condition("threshold", "above", 4), own))
    actions.create(viewer, Wish("messages", Condition("threshold", "below", 1), own))
    judge()
    assert not Alert.objects.exists(), "the 20th has no message yet, but it is not over"
    play([say("Cai", day(20, 12) + number, community=HEARTH, number=f"x{number}") for number in range(5)])
    warehouse.loaded()
    with at(20, 13):
        judge()
    alert = Alert.objects.get()
    assert (alert.rule, alert.running, alert.value) == (many, True, 5)
    with at(21, 1):
        judge()
    alert.refresh_from_db()
    assert (alert.running, alert.closed_at) == (False, None)
    with at(22, 1):
        judge()
    alert.refresh_from_db()
    assert alert.closing == "back"


FALLING = {
    "net_growth": (
        [join(f"New{at}", day(20, 12) + at, community=HEARTH) for at in range(3)],
        leave("New0", day(20, 13), community=HEARTH),
        join("New3", day(20, 14), community=HEARTH),
    ),
    "unanswered": (
        [say("Cai", day(20, 12) + at, "?", community=HEARTH, number=f"q{at}") for at in range(3)],
        say("Mei", day(20, 13), "!", community=HEARTH, number="answer", about="q0", target="Cai"),
        say("Cai", day(20, 14), "?", community=HEARTH, number="q3"),
    ),
}


@pytest.mark.parametrize("metric", FALLING)
def test_what_may_still_fall_is_not_judged_before_the_day_is_over(
    lively: Any, ada: Any, play: Any, warehouse: Any, metric: str
) -> None:
    """Else each leave or answer would end the alert, and the next newcomer or question ring anew."""
    actions.create(viewer_of(ada), Wish(metric, Condition("threshold", "above", 2), lively.hearth.pk))
    three, one_less, one_more = FALLING[metric]
    for hour, some in ((12, three), (13, [one_less]), (14, [one_more])):
        play(some)
        warehouse.loaded()
        with at(20, hour):
            judge()
        assert not Alert.objects.exists()
    with at(21, 1):
        judge()
    assert (Alert.objects.get().value, Alert.objects.get().running) == (3, False)


def test_nothing_at_all_coming_in_is_named_as_the_likelier_cause(
    lively: Any, ada: Any, client_of: Any
) -> None:
    actions.create(viewer_of(ada), Wish("messages", Condition("threshold", "below", 1), lively.harbour.pk))
    judge()
    alert = Alert.objects.get()
    assert alert.silent_since == clock.from_ms(day(18, 9))
    page = client_of(ada).get(f"/alerts/{alert.pk}/").content.decode()
    assert "连接" in page


def test_nothing_is_judged_by_half_of_the_facts(few: AlertRule, play: Any, monkeypatch: Any) -> None:
    from weilu.core.warehouse import questions

    play([say(name, day(19, 15), community=HEARTH, number=f"{name}19") for name in ("Lin", "Bo", "Yan")])
    monkeypatch.setattr(questions, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(questions.ask_each, "__kwdefaults__", {"seconds": 0.05})
    judge()
    few.refresh_from_db()
    assert few.verdict == judging.LATE
    assert not Alert.objects.exists()


def test_with_the_warehouse_down_no_rule_rings(few: AlertRule, warehouse_down: Any) -> None:
    with pytest.raises(WeiluError):
        judge()
    assert not Alert.objects.exists()


def test_little_history_is_said_instead_of_guessed(lively: Any, bea: Any, client_of: Any) -> None:
    rule = actions.create(
        viewer_of(bea), Wish("day_7_retention", Condition("anomaly", "below", 3.5), lively.hearth.pk)
    )
    judge()
    rule.refresh_from_db()
    assert rule.verdict in ("little_history", "no_value")
    assert client_of(bea).get("/alerts/rules/").status_code == 200


def test_who_looks_after_it_is_seen_and_it_waits_for_nobody_else(
    few: AlertRule, bea: Any, ada: Any, client_of: Any
) -> None:
    judge()
    alert = Alert.objects.get()
    assert client_of(bea).post(f"/alerts/{alert.pk}/acknowledge").status_code == 302
    alert.refresh_from_db()
    assert alert.acknowledged_by == bea
    with at(20, 14):
        actions.acknowledge(viewer_of(ada), alert.pk)
    alert.refresh_from_db()
    assert alert.acknowledged_by == bea, "a second time changes nothing"
    assert not any("Hearth" in one for one in said(viewer_of(ada)))
    assert "Bea" in client_of(ada).get(f"/alerts/{alert.pk}/").content.decode()


def test_asleep_it_is_silent_and_comes_back_once_if_it_is_still_out_of_bounds(
    few: AlertRule, bea: Any, post: Any
) -> None:
    judge()
    alert = Alert.objects.get()
    actions.snooze(viewer_of(bea), alert.pk, NOW + dt.timedelta(days=1))
    with at(20, 18):
        judge()
        assert not any("Hearth" in one for one in said(viewer_of(bea)))
    with at(21, 18):
        judge()
        judge()
        assert any("Hearth" in one for one in said(viewer_of(bea)))
        delivering.run_once()
    assert len(post.taken) == 2, "once when it began, once when it woke"
    for until in (NOW - dt.timedelta(hours=1), NOW + dt.timedelta(days=91)):
        with pytest.raises(WeiluError):
            actions.snooze(viewer_of(bea), alert.pk, until)


def test_once_somebody_looks_after_it_no_sleep_ends_with_a_letter(
    few: AlertRule, bea: Any, post: Any
) -> None:
    judge()
    alert = Alert.objects.get()
    actions.snooze(viewer_of(bea), alert.pk, NOW + dt.timedelta(days=1))
    actions.acknowledge(viewer_of(bea), alert.pk)
    with at(21, 18):
        judge()
        delivering.run_once()
        assert len(post.taken) == 1, "when it began"
        assert not any("Hearth" in one for one in said(viewer_of(bea)))


def test_what_is_written_about_it_is_forgotten_with_who_is_named(
    few: AlertRule, bea: Any, client_of: Any
) -> None:
    judge()
    alert, board = Alert.objects.get(), client_of(bea)
    board.post(f"/alerts/{alert.pk}/comment", {"comment-text": "<b>Cai</b> is on holiday"})
    board.post(f"/alerts/{alert.pk}/comment", {"comment-text": "so is cAI’s friend"})
    board.post(f"/alerts/{alert.pk}/comment", {"comment-text": "Ask tomorrow"})
    assert "&lt;b&gt;Cai" in board.get(f"/alerts/{alert.pk}/").content.decode()
    actions.forget_person(Identity.objects.get(name="Cai").pk)
    assert list(Comment.objects.order_by("pk").values_list("text", flat=True)) == ["", "", "Ask tomorrow"]
    assert board.post(f"/alerts/{alert.pk}/comment", {"comment-text": " "}).status_code == 400


def test_a_task_goes_to_who_can_see_the_matter_and_stands_on_their_page(
    few: AlertRule, ada: Any, bea: Any, dov: Any, client_of: Any
) -> None:
    judge()
    alert, board = Alert.objects.get(), client_of(ada)
    given = {"task-title": "Ask Mei", "task-operator": bea.pk, "task-due": "2026-03-20"}
    assert board.post(f"/alerts/{alert.pk}/task", {**given, "task-operator": dov.pk}).status_code == 400
    assert board.post(f"/alerts/{alert.pk}/task", given).status_code == 302
    assert "Ask Mei" in said(viewer_of(bea))
    assert "Ask Mei" not in said(viewer_of(ada))
    task = Task.objects.get()
    with pytest.raises(NotFound):
        tasks.finish(viewer_of(dov), task.pk)
    hers = client_of(bea)
    assert "Ask Mei" in hers.get("/tasks/").content.decode()
    assert hers.post(f"/tasks/{task.pk}/done", {"next": "//evil.example"})["Location"] == "/tasks/"
    assert "Ask Mei" not in said(viewer_of(bea))
    assert "Ask Mei" in hers.get("/tasks/?show=done").content.decode()
    Identity.objects.filter(name="Mei").update(name="MEI")
    tasks.forget_person(Identity.objects.get(name="MEI").pk)
    task.refresh_from_db()
    assert task.title == ""


def test_when_the_rule_goes_its_tasks_stay_and_lead_nowhere_dead(
    few: AlertRule, bea: Any, client_of: Any
) -> None:
    judge()
    alert = Alert.objects.get()
    actions.give_task(viewer_of(bea), alert.pk, "Ask Mei", bea.pk, dt.date(2026, 3, 20))
    actions.remove(viewer_of(bea), few)
    [need] = [one for one in needs.gather(viewer_of(bea)) if str(one.sentence) == "Ask Mei"]
    board = client_of(bea)
    assert board.get(need.href).status_code == 200
    page = board.get("/tasks/").content.decode()
    assert "Ask Mei" in page
    assert f"/alerts/{alert.pk}/" not in page


def test_a_changed_rule_ends_what_was_open_by_the_old_one(few: AlertRule, bea: Any) -> None:
    judge()
    wish = Wish("dau", Condition("threshold", "below", 2), few.community_id, [bea.pk])
    actions.change(viewer_of(bea), few, wish)
    assert Alert.objects.get().closing == "changed"
    judge()
    assert Alert.objects.filter(closed_at=None).count() == 0
    few.refresh_from_db()
    assert few.verdict == "ok"


def test_a_judgement_of_the_old_rule_that_comes_late_draws_no_conclusion(few: AlertRule, bea: Any) -> None:
    old = AlertRule.objects.get(pk=few.pk)
    actions.change(viewer_of(bea), few, Wish("dau", Condition("threshold", "below", 1), few.community_id))
    judging._judge([old], clock.now())
    assert not Alert.objects.exists()
    few.refresh_from_db()
    assert few.verdict == "", "the new one has still to be judged"


def test_each_sees_the_alerts_of_their_own_communities(
    few: AlertRule, lively: Any, ada: Any, bea: Any, dov: Any, client_of: Any
) -> None:
    actions.create(viewer_of(ada), Wish("dau", FEW, lively.harbour.pk))
    actions.create(viewer_of(ada), Wish("dau", Condition("threshold", "below", 30)))
    judge()
    assert Alert.objects.count() == 3
    hers = client_of(bea)
    page = hers.get("/alerts/").content.decode()
    assert len(re.findall(r'href="/alerts/\d+/"', page)) == 1
    others = Alert.objects.exclude(rule=few)
    for alert in others:
        assert hers.get(f"/alerts/{alert.pk}/").status_code == 404
        assert hers.post(f"/alerts/{alert.pk}/acknowledge").status_code == 404
        assert hers.get(f"/alerts/rules/{alert.rule_id}/").status_code == 404
    assert client_of(dov).get("/alerts/").status_code == 404
    for scope in (None, lively.harbour.pk):
        with pytest.raises((Forbidden, NotFound)):
            actions.create(viewer_of(bea), Wish("dau", FEW, scope))


def test_who_no_longer_sees_the_matter_is_not_written_to(few: AlertRule, bea: Any, post: Any) -> None:
    judge()
    bea.grants.all().delete()
    delivering.run_once()
    assert post.taken == []


def test_nobody_is_put_on_the_list_who_does_not_see_the_matter(lively: Any, ada: Any, bea: Any) -> None:
    with pytest.raises(WeiluError):
        actions.create(viewer_of(ada), Wish("dau", FEW, lively.harbour.pk, [bea.pk]))


@pytest.mark.parametrize(
    "wrong",
    [{"metric": "luck"}, {"limit": "much"}, {"kind": "threshold", "direction": "either"}, {"community": "999"},
     {"kind": "relative", "limit": "0"}],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_refused_where_it_is_typed(
    lively: Any, bea: Any, client_of: Any, wrong: Any
) -> None:
    form = {"metric": "dau", "community": lively.hearth.pk, "size": "day", "kind": "threshold", "direction": "below",
            "limit": "3", "against": "mean"}  # fmt: skip
    board = client_of(bea)
    answer = board.post("/alerts/rules/new", {**form, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not AlertRule.objects.exists()
    assert board.post("/alerts/rules/new", form).status_code == 302
    assert AlertRule.objects.get().limit == 3


def test_the_pages_of_a_rule_show_the_figure_with_its_bounds(
    few: AlertRule, bea: Any, client_of: Any
) -> None:
    judge()
    board = client_of(bea)
    for address in (
        "/alerts/",
        "/alerts/?show=all",
        "/alerts/rules/",
        f"/alerts/rules/{few.pk}/",
        f"/alerts/{Alert.objects.get().pk}/",
    ):
        page = board.get(address, headers={"Accept-Language": "en"})
        assert page.status_code == 200, address
    assert "3/19" in page.content.decode()
    assert "/behind/" in page.content.decode()


def test_all_of_it_over_the_api(lively: Any, ada: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    given = {
        "metric": "dau",
        "community": lively.hearth.pk,
        "kind": "threshold",
        "direction": "below",
        "limit": 3,
    }
    made = board.post("/alert-rules", given, key="one")
    assert made.status_code == 201, made.content
    assert board.post("/alert-rules", given, key="one").json() == made.json()
    rule = made.json()["id"]
    judge()
    [alert] = board.all("/alerts", state="open")
    assert alert["value"] == 2
    assert board.get(f"/alert-rules/{rule}").json()["verdict"] == "off"
    path = f"/alerts/{alert['id']}"
    assert board.post(f"{path}/acknowledge").json()["acknowledged_by"] == bea.pk
    assert board.post(f"{path}/comments", {"text": "Rain"}).status_code == 201
    assert board.get(path).json()["comments"][0]["text"] == "Rain"
    task = board.post(f"{path}/tasks", {"title": "Call", "operator": bea.pk, "due": "2026-03-21"}).json()
    assert [one["id"] for one in board.all("/tasks", mine=True)] == [task["id"]]
    assert board.post(f"/tasks/{task['id']}/done").json()["done_at"]
    assert board.all("/tasks") == []
    assert board.post(f"{path}/snooze", {"until": "2026-03-21T00:00:00Z"}).json()["snoozed_until"]
    assert board.post(f"/alert-rules/{rule}/pause").json()["paused"] is True
    assert board.post(f"{path}/snooze", {"until": "2026-03-21T00:00:00Z"}).status_code == 409
    changed = board.put(f"/alert-rules/{rule}", {**given, "limit": 1})
    assert changed.json()["limit"] == 1
    reader = program(bea, "view")
    assert reader.get(path).status_code == 200
    assert reader.post(f"{path}/acknowledge").status_code == 403
    others = actions.create(viewer_of(ada), Wish("dau", FEW, lively.harbour.pk))
    assert board.get(f"/alert-rules/{others.pk}").content == board.get("/alert-rules/99999").content
    assert board.delete(f"/alert-rules/{rule}").json() == {"done": True}
    assert not AlertRule.objects.filter(pk=rule).exists()


def test_a_second_judge_at_the_same_time_raises_nothing_twice(few: AlertRule, post: Any) -> None:
    """The same reading concluded twice, as two workers would after a lost lease."""
    rows = [AlertRule.objects.get(pk=few.pk) for _worker in range(2)]
    for row in rows:
        judging._judge([row], clock.now())
    delivering.run_once()
    assert Alert.objects.count() == len(post.taken) == 1


def test_one_rule_whose_figure_is_gone_silences_no_other(few: AlertRule) -> None:
    gone = AlertRule.objects.create(
        metric="luck", size="day", kind="threshold", direction="below", limit=1, created_at=NOW
    )
    judge()
    gone.refresh_from_db()
    assert gone.verdict == judging.NO_METRIC
    assert Alert.objects.get().rule == few


def test_longer_lists_of_alerts_and_rules_ask_the_database_no_more(
    lively: Any, bea: Any, client_of: Any, program: Any, django_assert_max_num_queries: Any
) -> None:
    viewer, place = viewer_of(bea), lively.hearth.pk
    cai = Identity.objects.get(name="Cai").member_id
    own = segments.create(viewer, segments.Wish("Only Cai", {"members": [cai]}, communities=[place]))
    few = Wish("dau", Condition("threshold", "below", 2), place, segment=own.pk)
    client, caller = client_of(bea), program(bea)
    lists = (
        lambda: client.get("/alerts/").context["lines"],
        lambda: client.get("/alerts/rules/").context["lines"],
        lambda: caller.get("/alerts").json()["items"],
    )
    actions.create(viewer, few)
    judge()
    asked = []
    for shown in lists:
        shown()
        with CaptureQueriesContext(connection) as one:
            assert len(shown()) == 1
        asked.append(len(one))
    for _number in range(3):
        actions.create(viewer, few)
    judge()
    for shown, most in zip(lists, asked, strict=True):
        with django_assert_max_num_queries(most):
            assert len(shown()) == 4


def test_a_rule_on_a_segment_judges_those_in_it_and_is_broken_once_it_is_gone(
    lively: Any, ada: Any, bea: Any, client_of: Any, program: Any
) -> None:
    """Two were active in Hearth on the 19th, one of them is Cai."""
    cai = Identity.objects.get(name="Cai").member_id
    viewer, place = viewer_of(bea), lively.hearth.pk
    own = segments.create(viewer, segments.Wish("Only Cai", {"members": [cai]}, communities=[place]))
    few = Condition("threshold", "below", 2)
    rule = actions.create(viewer, Wish("dau", few, place, segment=own.pk))
    actions.create(viewer, Wish("dau", few, place))
    judge()
    alert = Alert.objects.get()
    assert (alert.rule, alert.value) == (rule, 1)
    page = client_of(bea).get(f"/alerts/{alert.pk}/").content.decode()
    assert "Only Cai" in page
    assert client_of(bea).get(f"/alerts/rules/{rule.pk}/").context["form"].initial["segment"] == own.pk
    assert program(bea).get(f"/alert-rules/{rule.pk}").json()["segment"] == own.pk
    wide = segments.create(viewer_of(ada), segments.Wish("Cai anywhere", {"members": [cai]}))
    with pytest.raises(NotFound):
        actions.create(viewer, Wish("dau", few, place, segment=wide.pk))
    with pytest.raises(WeiluError):
        actions.create(viewer_of(ada), Wish("dau", few, place, segment=wide.pk))
    segments.remove(viewer, own)
    with at(20, 14):
        judge()
    rule.refresh_from_db()
    assert rule.verdict == judging.BROKEN
    assert client_of(bea).get("/alerts/rules/").status_code == 200
