"""What follows from a verdict: does an alert begin, go on, come back after its sleep, or end?

One alert is open for a rule at most; while it is, nothing more is said ("quiet when already known"). What is said, is said in
the transaction of the change: the decision for webhooks, a letter to each on the rule's list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.urls import reverse

from weilu.core import clock
from weilu.core.decisions.actions import decide
from weilu.core.mail import actions as mail
from weilu.evaluation.alerts import decisions, rules
from weilu.evaluation.alerts.models import Alert, AlertRule, Closing

KIND = "alert"
"""Of letters and tasks about an alert."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The verdict on a rule's bucket that begins on `day`; `running`: it is not over yet."""

    day: dt.date
    verdict: rules.Verdict
    running: bool = False
    silent_since: dt.datetime | None = None


def settle(read: AlertRule, reading: Reading) -> Alert | None:
    """Draw the conclusion, once, however often it is called with the same reading. Returns the alert that is open afterwards.
    A rule that changed or was paused since it was read is left alone."""
    with transaction.atomic():
        rule = AlertRule.objects.select_for_update().filter(pk=read.pk, paused_at=None).first()
        if rule is None or rule.watched != read.watched:
            return None
        rule = AlertRule.objects.select_related("community").get(pk=rule.pk)
        alert = Alert.objects.filter(rule=rule, closed_at=None).first()
        if reading.verdict.off:
            return _go_on(alert, reading) if alert else _begin(rule, reading)
        if reading.verdict.state == rules.OK:
            close(rule, Closing.BACK)
            return None
        return alert


def close(rule: AlertRule, why: Closing) -> None:
    """End what is open for a rule, inside the caller's transaction. A second time changes nothing."""
    for alert in Alert.objects.filter(rule=rule, closed_at=None):
        if Alert.objects.filter(pk=alert.pk, closed_at=None).update(closed_at=clock.now(), closing=why):
            _told(decisions.CLOSED, alert, rule)


def _begin(rule: AlertRule, reading: Reading) -> Alert:
    alert = Alert.objects.create(
        rule=rule,
        condition=asdict(rule.condition),
        first_day=reading.day,
        opened_at=clock.now(),
        **_figures(reading),
    )
    _told(decisions.RAISED, alert, rule)
    mail.put(KIND, alert.pk, rule.mail, occasion="raised")
    return alert


def _go_on(alert: Alert, reading: Reading) -> Alert:
    Alert.objects.filter(pk=alert.pk).update(**_figures(reading))
    slept = alert.snoozed_until
    if slept is not None and slept <= clock.now():
        Alert.objects.filter(pk=alert.pk).update(snoozed_until=None)
        mail.put(KIND, alert.pk, alert.rule.mail, occasion=f"again-{int(slept.timestamp())}")
    alert.refresh_from_db()
    return alert


def _figures(reading: Reading) -> dict[str, object]:
    verdict = reading.verdict
    return {
        "day": reading.day,
        "running": reading.running,
        "value": verdict.value,
        "expected": verdict.expected,
        "low": verdict.low,
        "high": verdict.high,
        "silent_since": reading.silent_since,
    }


def path(alert: int) -> str:
    return reverse("alerts:page", args=[alert])


def _told(kind: str, alert: Alert, rule: AlertRule) -> None:
    decide(
        kind,
        subject=("community", rule.community_id) if rule.community_id else ("brand", 0),
        rule=("alert-rule", rule.pk),
        evidence={
            "alert": alert.pk,
            "metric": rule.metric,
            "day": alert.day.isoformat(),
            "value": alert.value,
            "low": alert.low,
            "high": alert.high,
        },
        by=None,
    )
