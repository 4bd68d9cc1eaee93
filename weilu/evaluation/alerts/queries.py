"""Which rules and alerts may somebody see, and how did the watched figure go?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from weilu.communities.queries import newest
from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, holds, missing, seen
from weilu.core.warehouse import questions
from weilu.core.warehouse.links import behind
from weilu.evaluation.alerts import rules
from weilu.evaluation.alerts.models import Alert, AlertRule

Question = dict[str, Any]
STEP = {rules.DAY: dt.timedelta(days=1), rules.WEEK: dt.timedelta(days=7)}
SHOWN = {rules.DAY: 28, rules.WEEK: 16}
"""Buckets that a chart shows."""
OPEN, CLOSED = "open", "closed"


def may(viewer: Viewer, community: int | None) -> bool:
    """Whether the viewer may set rules here and work through its alerts."""
    return holds(viewer, rights.ALERTS, community)


def rules_of(viewer: Viewer) -> QuerySet[AlertRule]:
    """Rules that concern what the viewer sees."""
    return AlertRule.objects.filter(seen(viewer)).select_related("community").order_by("pk")


def alerts(viewer: Viewer, state: str = "") -> QuerySet[Alert]:
    """Newest first. `open`: still out of bounds."""
    rows = Alert.objects.filter(seen(viewer, "rule__community")).select_related("rule__community")
    if state in (OPEN, CLOSED):
        rows = rows.filter(closed_at__isnull=state == OPEN)
    return rows.order_by("-opened_at", "-pk")


def waiting(viewer: Viewer, now: dt.datetime) -> QuerySet[Alert]:
    """Open, not acknowledged, not asleep, and the viewer's to work through."""
    rows = alerts(viewer, OPEN).filter(acknowledged_at=None).exclude(snoozed_until__gt=now)
    return rows.filter(pk__in=[one.pk for one in rows if may(viewer, one.rule.community_id)])


def access_rule(viewer: Viewer, rule: int, *, change: bool = False) -> AlertRule:
    """The rule, if its scope is seen (and, to change it, the right is held there); else `NotFound`."""
    row = rules_of(viewer).filter(pk=rule).first()
    if row is None or (change and not may(viewer, row.community_id)):
        raise missing()
    return row


def access_alert(viewer: Viewer, alert: int, *, change: bool = False) -> Alert:
    """As `access_rule`."""
    row = alerts(viewer).filter(pk=alert).first()
    if row is None or (change and not may(viewer, row.rule.community_id)):
        raise missing()
    return row


# figures ------------------------------------------------------------------------------------------------------------


def bucket_of(day: dt.date, size: str) -> dt.date:
    """First day of the bucket in which a day lies; weeks begin on Monday."""
    return day - dt.timedelta(days=day.weekday()) if size == rules.WEEK else day


def asked(rule: AlertRule, last: dt.date, buckets: int) -> Question:
    """The rule's metric over so many buckets, the last of which begins on `last`."""
    step = STEP[rule.size]
    found: Question = {
        "kind": "trend",
        "metric": rule.metric,
        "from": (last - (buckets - 1) * step).isoformat(),
        "to": (last + step - dt.timedelta(days=1)).isoformat(),
        "by": rule.size,
        "timezone": zone_of(rule.community),
    }
    found |= {} if rule.segment is None else {"segment": rule.segment}
    return found if rule.community_id is None else {**found, "communities": [rule.community_id]}


@dataclass(frozen=True, slots=True)
class Series:
    """Values by bucket, oldest first, with the first day of each."""

    question: Question
    unit: str
    days: tuple[dt.date, ...]
    values: tuple[rules.Number | None, ...]
    behind: int


def series(question: Question, answer: questions.Answer) -> Series:
    """From the answer to such a question."""
    days = tuple(dt.date.fromisoformat(row[0]) for row in answer.rows)
    return Series(question, answer.unit, days, tuple(row[-1] for row in answer.rows), answer.behind)


@dataclass(frozen=True, slots=True)
class Look:
    """What the chart of a rule shows: its buckets, their values with the bounds of then, and where each leads."""

    series: Series
    days: Sequence[dt.date]
    verdicts: Sequence[rules.Verdict]
    hrefs: Sequence[str]


def look(rule: AlertRule, condition: rules.Condition, viewer: Viewer, around: dt.date | None = None) -> Look:
    """The last buckets up to the running one, or some around a day of the past. Raises Unavailable, Refused."""
    running = bucket_of(clock.day_of(clock.now(), zone_of(rule.community)), rule.size)
    last = running if around is None else min(running, around + 7 * STEP[rule.size])
    buckets = SHOWN[rule.size] + rules.HISTORY[rule.size]
    question = asked(rule, last, buckets)
    found = series(question, questions.ask(question, viewer, seconds=1.0))
    shown = min(SHOWN[rule.size], len(found.days))
    days = found.days[-shown:]
    hrefs = [
        behind(question, at=day.isoformat()) if value else ""
        for day, value in zip(days, found.values[-shown:], strict=True)
    ]
    return Look(found, days, rules.band(condition, found.values, found.unit, shown), hrefs)


def silent_since(rule: AlertRule, bucket: dt.date) -> dt.datetime | None:
    """The newest event of the scope where it lies before the bucket: then nothing came in at all."""
    scope = [rule.community_id] if rule.community_id else [one.pk for one in Community.objects.only("pk")]
    last = max(newest.moments(scope).values(), default=None)
    return last if last is not None and clock.day_of(last, zone_of(rule.community)) < bucket else None


def units() -> Mapping[str, str]:
    return {one.slug: one.unit for one in metrics.all_metrics()}
