"""Alerts over the API: the rules, what is out of bounds, and what is done about it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from weilu.communities.tasks.api import TaskOut
from weilu.communities.tasks.api import told as task_told
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Done, Id, In, Long, Page, Paging, Slug
from weilu.core.operators import rights
from weilu.evaluation.alerts import actions, queries, rules, words
from weilu.evaluation.alerts.actions import Wish
from weilu.evaluation.alerts.models import Alert, AlertRule, Comment

router = Router(tags=["alerts"])
Kind = Literal["threshold", "relative", "anomaly"]
Direction = Literal["above", "below", "either"]
Size = Literal["day", "week"]
Against = Literal["before", "weekday", "mean"]


class RuleIn(In):
    """`community` null: the whole brand. `segment`: only of who is in it, by its number. `limit`: a value of the metric, the per cent of a change, or standard deviations, by `kind`.
    `against` matters for changes only. `mail`: operators who are written to."""

    metric: Slug = Field(examples=["dau"])
    community: Id | None = None
    segment: Id | None = None
    kind: Kind = "anomaly"
    direction: Direction = "below"
    limit: float = Field(3.5, allow_inf_nan=False)
    size: Size = "day"
    against: Against = "mean"
    mail: list[Id] = Field([], max_length=100)


class RuleOut(Schema):
    """`says` is the rule in words. `verdict`: empty (not judged yet), `ok`, `off`, or why nothing can be told: `no_value`,
    `little_history`, `no_base`, `late`, `broken`, `no_metric`."""

    id: int
    metric: str
    community: int | None
    segment: int | None
    kind: str
    direction: str
    limit: float
    size: str
    against: str
    mail: list[int]
    says: str
    paused: bool
    verdict: str
    judged_at: dt.datetime | None
    created_at: dt.datetime


class AlertOut(Schema):
    """`day` begins the newest bucket out of bounds; below `low` or above `high` is out. `running`: that bucket is not over yet.
    `closing`: `back`, `changed`, `paused`, or empty while it is open."""

    id: int
    rule: int
    metric: str
    community: int | None
    says: str
    evidence: str
    first_day: dt.date
    day: dt.date
    running: bool
    value: float
    expected: float | None
    low: float | None
    high: float | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    closing: str
    acknowledged_at: dt.datetime | None
    acknowledged_by: int | None
    snoozed_until: dt.datetime | None


class CommentOut(Schema):
    id: int
    operator: int | None
    text: str
    at: dt.datetime


class AlertWhole(AlertOut):
    comments: list[CommentOut]


class Which(Paging):
    state: Literal["open", "closed"] | None = None


class SnoozeIn(In):
    """`until` lies within the next 90 days."""

    until: dt.datetime


class CommentIn(In):
    text: Long


class TaskIn(In):
    """`operator` must see what the alert concerns."""

    title: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    operator: Id
    due: dt.date


@router.get("/alert-rules", response=Page[RuleOut], summary="Alert rules")
@needs(rights.VIEW)
def list_rules(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """Of communities that one sees; of the whole brand for who sees all of it."""
    rows = queries.rules_of(request.viewer)
    return paging.by_id(rows, paged, "alert-rules", _rule)


@router.post("/alert-rules", response={201: RuleOut}, summary="Watch a figure")
@needs(rights.ALERTS)
@once()
def create_rule(request: ApiRequest, given: RuleIn) -> dict[str, Any]:
    """It is judged within minutes."""
    return _rule(actions.create(request.viewer, _wish(given)))


@router.get("/alert-rules/{rule_id}", response=RuleOut, summary="One alert rule")
@needs(rights.VIEW)
def read_rule(request: ApiRequest, rule_id: Id) -> dict[str, Any]:
    return _rule(queries.access_rule(request.viewer, rule_id))


@router.put("/alert-rules/{rule_id}", response=RuleOut, summary="Change an alert rule")
@needs(rights.ALERTS)
def change_rule(request: ApiRequest, rule_id: Id, given: RuleIn) -> dict[str, Any]:
    """Replaces all of it. An alert that is open by the old rule is closed."""
    return _rule(actions.change(request.viewer, _row(request, rule_id), _wish(given)))


@router.delete("/alert-rules/{rule_id}", response=Done, summary="Remove an alert rule")
@needs(rights.ALERTS)
def remove_rule(request: ApiRequest, rule_id: Id) -> dict[str, bool]:
    """With its alerts and what was said about them."""
    actions.remove(request.viewer, _row(request, rule_id))
    return {"done": True}


@router.post("/alert-rules/{rule_id}/pause", response=RuleOut, summary="Pause an alert rule")
@needs(rights.ALERTS)
@once()
def pause_rule(request: ApiRequest, rule_id: Id) -> dict[str, Any]:
    return _rule(actions.pause(request.viewer, _row(request, rule_id)))


@router.post("/alert-rules/{rule_id}/resume", response=RuleOut, summary="Let an alert rule run again")
@needs(rights.ALERTS)
@once()
def resume_rule(request: ApiRequest, rule_id: Id) -> dict[str, Any]:
    return _rule(actions.resume(request.viewer, _row(request, rule_id)))


@router.get("/alerts", response=Page[AlertOut], summary="Alerts")
@needs(rights.VIEW)
def list_alerts(request: ApiRequest, wish: Query[Which]) -> dict[str, Any]:
    """Newest first."""
    rows = queries.alerts(request.viewer, wish.state or "")
    found, following = paging.rows_by_id(rows, wish, "alerts", newest=True)
    names = words.names_of(row.rule for row in found)
    return {"items": [_alert(row, names) for row in found], "next": following}


@router.get("/alerts/{alert_id}", response=AlertWhole, summary="One alert")
@needs(rights.VIEW)
def read_alert(request: ApiRequest, alert_id: Id) -> dict[str, Any]:
    """With its comments, oldest first."""
    row = queries.access_alert(request.viewer, alert_id)
    return {**_alert(row), "comments": [_comment(one) for one in row.comments.order_by("pk")]}


@router.post("/alerts/{alert_id}/acknowledge", response=AlertOut, summary="Acknowledge an alert")
@needs(rights.ALERTS)
@once()
def acknowledge_alert(request: ApiRequest, alert_id: Id) -> dict[str, Any]:
    """Somebody looks after it. A second time changes nothing."""
    return _alert(actions.acknowledge(request.viewer, alert_id))


@router.post("/alerts/{alert_id}/snooze", response=AlertOut, summary="Let an alert sleep")
@needs(rights.ALERTS)
@once()
def snooze_alert(request: ApiRequest, alert_id: Id, given: SnoozeIn) -> dict[str, Any]:
    """Where it is still out of bounds then, it comes back, also by mail. 409 where it is over."""
    until = given.until if given.until.tzinfo else given.until.replace(tzinfo=dt.UTC)
    return _alert(actions.snooze(request.viewer, alert_id, until))


@router.post("/alerts/{alert_id}/comments", response={201: CommentOut}, summary="Comment an alert")
@needs(rights.ALERTS)
@once()
def comment_alert(request: ApiRequest, alert_id: Id, given: CommentIn) -> dict[str, Any]:
    return _comment(actions.comment(request.viewer, alert_id, given.text))


@router.post("/alerts/{alert_id}/tasks", response={201: TaskOut}, summary="Give a task about an alert")
@needs(rights.ALERTS)
@once()
def give_task(request: ApiRequest, alert_id: Id, given: TaskIn) -> dict[str, Any]:
    return task_told(actions.give_task(request.viewer, alert_id, given.title, given.operator, given.due))


def _row(request: ApiRequest, rule_id: int) -> AlertRule:
    """To be changed."""
    return queries.access_rule(request.viewer, rule_id, change=True)


def _wish(given: RuleIn) -> Wish:
    condition = rules.Condition(given.kind, given.direction, given.limit, given.size, given.against)
    return Wish(given.metric, condition, given.community, given.mail, given.segment)


def _rule(row: AlertRule) -> dict[str, Any]:
    plain = ("metric", "segment", "kind", "direction", "limit", "size", "against", "mail", "verdict", "judged_at",
             "created_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.pk,
        "community": row.community_id,
        "says": words.rule(row),
        "paused": row.paused_at is not None,
    }


def _alert(row: Alert, names: words.Names | None = None) -> dict[str, Any]:
    plain = ("first_day", "day", "running", "value", "expected", "low", "high", "opened_at", "closed_at",
             "closing", "acknowledged_at", "snoozed_until")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.pk,
        "rule": row.rule_id,
        "metric": row.rule.metric,
        "community": row.rule.community_id,
        "says": words.alert(row, names),
        "evidence": words.evidence(row),
        "acknowledged_by": row.acknowledged_by_id,
    }


def _comment(row: Comment) -> dict[str, Any]:
    return {"id": row.pk, "operator": row.operator_id, "text": row.text, "at": row.at}
