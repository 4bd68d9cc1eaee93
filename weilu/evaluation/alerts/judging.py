"""When is which rule judged, and on which bucket?

A finished bucket is judged when it is over and again every hour, since late facts may still change it; where only too much
matters and the figure can only rise, the running bucket too, every time. Rules of one scope share their scans.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from weilu.core import clock, metrics
from weilu.core.directory.queries import zone_of
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.evaluation.alerts import queries, raising, rules
from weilu.evaluation.alerts.models import Alert, AlertRule
from weilu.evaluation.alerts.raising import Reading

logger = logging.getLogger("weilu.alerts")
AGAIN = dt.timedelta(hours=1)
AT_ONCE = 50
LATE, BROKEN, NO_METRIC = "late", "broken", "no_metric"
"""The store lacks news, so that nothing is judged by half of the facts; the question failed; the metric is no more."""


def judge_due(now: dt.datetime) -> int:
    """Judge every rule that is due; returns how many were. Raises Unavailable where nothing can be asked."""
    rows = AlertRule.objects.filter(paused_at=None).select_related("community").order_by("community_id", "pk")
    due = [row for row in rows if _due(row, now)]
    for start in range(0, len(due), AT_ONCE):
        _judge(due[start : start + AT_ONCE], now)
    return len(due)


def _due(rule: AlertRule, now: dt.datetime) -> bool:
    if rule.judged_at is None or rule.verdict in (LATE, BROKEN):
        return True
    if _early(rule):
        return True
    return rule.judged_day != _finished(rule, now) or now - rule.judged_at >= AGAIN


def _early(rule: AlertRule) -> bool:
    """Whether its running bucket can be judged: what is too much now stays so until it is over."""
    metric = metrics.find(rule.metric)
    return metric is not None and metric.rises and rules.too_much(rule.condition)


def _finished(rule: AlertRule, now: dt.datetime) -> dt.date:
    """First day of the last bucket that is over."""
    return _running(rule, now) - queries.STEP[rule.size]


def _running(rule: AlertRule, now: dt.datetime) -> dt.date:
    return queries.bucket_of(clock.day_of(now, zone_of(rule.community)), rule.size)


def _judge(due: Sequence[AlertRule], now: dt.datetime) -> None:
    known = [rule for rule in due if metrics.find(rule.metric)]
    for rule in set(due) - set(known):
        _note(rule, now, NO_METRIC)
    asked = [queries.asked(rule, _running(rule, now), rules.HISTORY[rule.size] + 2) for rule in known]
    answers = questions.ask_each(asked, Viewer.everything())
    for rule, question, answer in zip(known, asked, answers, strict=True):
        if answer is None:
            _note(rule, now, BROKEN)
        elif answer.behind:
            _note(rule, now, LATE)
        else:
            _conclude(rule, queries.series(question, answer), now)


def _conclude(rule: AlertRule, series: queries.Series, now: dt.datetime) -> None:
    condition = rule.condition
    finished, running = _finished(rule, now), _running(rule, now)
    verdict = rules.judge(condition, series.values[: series.days.index(finished) + 1], series.unit)
    reading = Reading(finished, verdict)
    if _early(rule):
        so_far = rules.judge(condition, series.values[: series.days.index(running) + 1], series.unit)
        # Too little is not told from a bucket that still runs.
        if so_far.off and so_far.high is not None and (so_far.value or 0) > so_far.high:
            reading = Reading(running, so_far, running=True)
    if reading.verdict.off and not reading.running:
        reading = Reading(finished, verdict, silent_since=queries.silent_since(rule, finished))
    had = Alert.objects.filter(rule=rule, closed_at=None).exists()
    alert = raising.settle(rule, reading)
    _note(rule, now, reading.verdict.state, finished)
    if alert is not None and not had:
        logger.info("alert raised", extra={"alert": alert.pk, "rule": rule.pk})


def _note(rule: AlertRule, now: dt.datetime, verdict: str, day: dt.date | None = None) -> None:
    fields: dict[str, object] = {"judged_at": now, "verdict": verdict}
    if day is not None:
        fields["judged_day"] = day
    # Not on a rule that was changed meanwhile: that one has still to be judged.
    same = {name: getattr(rule, name) for name in AlertRule.WATCHED}
    AlertRule.objects.filter(pk=rule.pk, paused_at=None, **same).update(**fields)
