"""One of everything that the API names by an id, for `proofs.api_world`: each holds the word by which a leak is seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from weilu.core import clock

METRICS = ["dau", "wau", "messages"]
STAGES = ["start", "growing", "mature", "adjusting"]
FINDINGS, ADVICE = ["over_selling", "churn_node"], ["win_back", "thank", "unanswered"]


def source(word: str) -> None:
    """A source of SDKs that somebody watches, with what comes from one: events, refusals, a wrong clock, people to be judged."""
    from weilu.connectors.tracking import actions, gate, notes
    from weilu.connectors.tracking.taking import Taker
    from weilu.connectors.tracking.tally import Tally
    from weilu.core.events import actions as log
    from weilu.core.operators.access import Viewer

    row = actions.add(Viewer.everything(), f"Shop {word}")
    actions.watch(row)
    known, tally = gate.sources()[row.key], Tally()
    tally.learn(row.pk)
    taker = Taker(tally)
    taken = taker.take(_said(word), known, clock.now_ms())
    log.append(taken.events, batch=0, live=True)
    taker.kept(taken, known)
    notes.write(tally.taken())


def _said(word: str) -> Iterator[Any]:
    from weilu.connectors.tracking.contract import ALIAS, TRACK, Refused, Said

    now = clock.now_ms()
    for number in range(5):
        yield Said(
            TRACK, f"Looked {word}", f"{word}-{number}", anonymous=f"guest {word} {number}", time=now - number
        )
    yield Said(ALIAS, "", f"{word}-alias", user=f"cai {word}", previous=f"eve {word}", time=now)
    yield Said(TRACK, "Late", f"{word}-late", user=f"cai {word}", time=now - 100 * 86_400_000)
    yield Refused("nobody", f"Looked {word}")


def of_a_community(operator: Any, community: int, word: str) -> None:
    """A segment, a board, a goal, an alert that is open and talked about, a task, advice turned down, and an event that a handler
    gave up."""
    from weilu.core.operators.access import viewer_of
    from weilu.members.segments import actions as segments
    from weilu.members.segments import live

    viewer = viewer_of(operator)
    rule = {"did": "message.sent", "times": {"gte": 2}, "within": "30d"}
    segments.create(viewer, segments.Wish(f"segment {word}", rule, f"note {word}", [community]))
    while live.run_once():
        pass
    _tags(viewer, community, word)
    _board(viewer, community, word)
    _goal(viewer, community, word)
    _alert(viewer, community, word)
    _advice(operator, community, word)
    _parked(community)


def _tags(viewer: Any, community: int, word: str) -> None:
    """A tag that was given to many, and a table that waits."""
    from weilu.members.tags import people
    from weilu.members.tags.actions import catalogue, hand, importing

    wish = catalogue.Wish(f"tag {word}", f"group {word}", note=f"note {word}", communities=[community])
    tag = catalogue.create(viewer, wish)
    some = sorted(people.everybody(viewer) or [])[:3]
    if some:
        hand.change_many(viewer, tag, "add", some)
    importing.open_table(viewer, f"table {word}.csv", f"name,tag {word}\nNobody {word},1\n".encode())


def _board(viewer: Any, community: int, word: str) -> None:
    from weilu.evaluation.boards import actions as boards

    row = boards.make(viewer, f"board {word}")
    question = {
        "kind": "trend",
        "metric": "dau",
        "communities": [community],
        "from": "2018-06-01",
        "to": "2018-06-30",
    }
    boards.pin(viewer, row.pk, boards.Pin(f"card {word}", question))


def _goal(viewer: Any, community: int, word: str) -> None:
    from weilu.goals import actions as goals

    today = clock.now().date()
    span = today - dt.timedelta(days=7), today + dt.timedelta(days=30)
    wish = goals.Wish(f"goal {word}", viewer.operator_id, *span, community)
    goals.set_goal(viewer, wish, [goals.Result("messages", 500.0, baseline=20.0)])


def _alert(viewer: Any, community: int, word: str) -> None:
    from weilu.evaluation.alerts import actions as alerts
    from weilu.evaluation.alerts import raising, rules

    today = clock.now().date()
    condition = rules.Condition(rules.THRESHOLD, rules.BELOW, 1_000.0)
    rule = alerts.create(viewer, alerts.Wish("dau", condition, community, [viewer.operator_id]))
    alert = raising.settle(rule, raising.Reading(today, rules.Verdict(rules.OFF, 3, None, 1_000.0)))
    assert alert is not None
    alerts.comment(viewer, alert.pk, f"comment {word}")
    alerts.give_task(viewer, alert.pk, f"task {word}", viewer.operator_id, today)


def _advice(operator: Any, community: int, word: str) -> None:
    from weilu.evaluation.advice.models import Decided, Verdict

    today = clock.now().date()
    Decided.objects.create(
        community_id=community, rule="thank", verdict=Verdict.DISMISSED, reason=f"reason {word}",
        numbers={"people": 3, "answered": 9, "liked": 2}, meant=[], held=[], first=today, last=today,
        quiet_until=clock.now(), at=clock.now(), by=operator,
    )  # fmt: skip


def _parked(community: int) -> None:
    from weilu.app.registry import HANDLERS
    from weilu.core.events.models import LogEntry, Parked

    position = LogEntry.objects.filter(community=community).values_list("position", flat=True)[0]
    error = "KeyError at nowhere.py:1 in nobody"
    Parked.objects.create(
        handler=HANDLERS[0].name, position=position, attempts=5, error=error, parked_at=clock.now()
    )


def numbers() -> dict[str, list[Any]]:
    """Ids of all that there is, by the name of the parameter that takes them."""
    from weilu.communities.tasks.models import Task
    from weilu.connectors.imports.models import Batch
    from weilu.connectors.tracking.models import Source
    from weilu.connectors.webhooks.models import Delivery, Endpoint
    from weilu.core.decisions.models import Decision
    from weilu.core.directory.models import Link, Member
    from weilu.core.events.models import Held, Parked
    from weilu.core.operators.models import ApiToken, Operator
    from weilu.evaluation.advice.models import Decided
    from weilu.evaluation.alerts.models import Alert, AlertRule
    from weilu.evaluation.boards.models import Board, Card
    from weilu.goals.models import KeyResult, Objective
    from weilu.members.models import SavedView
    from weilu.members.segments.models import Segment
    from weilu.members.tags.models import Tag, TagImport

    tables: dict[str, Any] = {
        "member_id": Member, "absorb": Member, "operator_id": Operator, "actor": Operator, "owner": Operator,
        "operator": Operator, "mail": Operator, "token_id": ApiToken, "import_id": Batch, "decision_id": Decision,
        "view_id": SavedView, "webhook_id": Endpoint, "delivery_id": Delivery, "segment_id": Segment,
        "parked_id": Parked, "source_id": Source, "numbers": Held, "goal_id": Objective, "result_id": KeyResult,
        "rule_id": AlertRule, "alert_id": Alert, "task_id": Task, "link_id": Link, "tag_id": Tag,
        "table_id": TagImport, "board_id": Board, "card_id": Card, "order": Card, "decided_id": Decided,
    }  # fmt: skip
    found = {
        name: list(table.objects.order_by("pk").values_list("pk", flat=True))
        for name, table in tables.items()
    }
    return {**found, "metric": METRICS, "stage": STAGES, "finding": FINDINGS, "advice": ADVICE}
