"""How do rules come, change and go, and what do operators do about an alert?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.communities.tasks import actions as tasks
from weilu.communities.tasks.models import Task
from weilu.communities.tasks.queries import hands
from weilu.core import clock, metrics
from weilu.core.directory.forgetting import forget_in
from weilu.core.errors import Conflict, Forbidden, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community, demand
from weilu.evaluation.alerts import queries, raising, rules
from weilu.evaluation.alerts.models import Alert, AlertRule, Closing, Comment
from weilu.members.segments import leaf as segments

MOST_RULES = 500
LONGEST_SNOOZE = dt.timedelta(days=90)
LONGEST_COMMENT = 2000
AUDIT_WORDS = {
    "alert_rule.created": _("Set up an alert"),
    "alert_rule.changed": _("Changed an alert’s rule"),
    "alert_rule.removed": _("Removed an alert’s rule"),
    "alert_rule.paused": _("Paused an alert’s rule"),
    "alert_rule.resumed": _("Let an alert’s rule run again"),
    "alert.acknowledged": _("Acknowledged an alert"),
    "alert.snoozed": _("Put an alert to sleep"),
    "alert.commented": _("Commented an alert"),
}
PROBLEMS = {
    "unknown": _("There is no such kind, direction, bucket or comparison."),
    "limit": _("The limit must be a number."),
    "either": _("A fixed limit is passed upwards or downwards. Choose one of the two."),
    "percent": _("Give a percentage above 0, and at most 10,000."),
    "more_than_all": _("Nothing falls by more than 100%."),
    "weekday_of_week": _("A week has no weekday. Compare it with the week before or the four weeks before."),
    "deviations": _("Give 1 to 20 standard deviations; 3.5 is usual."),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be watched. `community` None: the whole brand. `mail`: operators who are written to."""

    metric: str
    condition: rules.Condition
    community: int | None = None
    mail: Sequence[int] = ()
    segment: int | None = None


def create(viewer: Viewer, wish: Wish) -> AlertRule:
    """Raises WeiluError that names the field, Forbidden, NotFound (a community not theirs)."""
    _check(viewer, wish)
    with transaction.atomic():
        if AlertRule.objects.count() >= MOST_RULES:
            raise Conflict(_("There are %(n)d alert rules already. Remove one first.") % {"n": MOST_RULES})
        row = AlertRule.objects.create(
            created_by_id=viewer.operator_id or None, created_at=clock.now(), **_fields(wish)
        )
        audit.record(viewer, "alert_rule.created", ("alertrule", row.pk), **_audited(row))
    return row


def change(viewer: Viewer, row: AlertRule, wish: Wish) -> AlertRule:
    """What is open by the old rule is closed; the new one is judged within minutes. Raises as `create`."""
    _check(viewer, wish)
    with transaction.atomic():
        row = AlertRule.objects.select_for_update().get(pk=row.pk)
        fields = _fields(wish)
        if any(getattr(row, name) != fields[name] for name in AlertRule.WATCHED):
            fields |= {"judged_at": None, "judged_day": None, "verdict": ""}
            raising.close(row, Closing.CHANGED)
        AlertRule.objects.filter(pk=row.pk).update(**fields)
        row = AlertRule.objects.select_related("community").get(pk=row.pk)
        audit.record(viewer, "alert_rule.changed", ("alertrule", row.pk), **_audited(row))
    return row


def remove(viewer: Viewer, row: AlertRule) -> None:
    """With its alerts and what was said about them. Tasks that grew out of these stay; there is no page that they could lead to."""
    with transaction.atomic():
        audit.record(viewer, "alert_rule.removed", ("alertrule", row.pk))
        tasks.unlink(raising.KIND, row.alerts.values_list("pk", flat=True))
        row.delete()


def pause(viewer: Viewer, row: AlertRule) -> AlertRule:
    """It is not judged any more; what is open is closed. A second time changes nothing."""
    with transaction.atomic():
        if AlertRule.objects.filter(pk=row.pk, paused_at=None).update(paused_at=clock.now()):
            raising.close(row, Closing.PAUSED)
            audit.record(viewer, "alert_rule.paused", ("alertrule", row.pk))
    row.refresh_from_db()
    return row


def resume(viewer: Viewer, row: AlertRule) -> AlertRule:
    with transaction.atomic():
        paused = AlertRule.objects.filter(pk=row.pk).exclude(paused_at=None)
        if paused.update(paused_at=None, judged_at=None, judged_day=None, verdict=""):
            audit.record(viewer, "alert_rule.resumed", ("alertrule", row.pk))
    row.refresh_from_db()
    return row


# an alert -----------------------------------------------------------------------------------------------------------


def acknowledge(viewer: Viewer, alert: int) -> Alert:
    """Somebody looks after it: it no longer stands in "needs me", and no sleep of it ends with a letter. A second time changes
    nothing."""
    row = queries.access_alert(viewer, alert, change=True)
    with transaction.atomic():
        fresh = Alert.objects.filter(pk=row.pk, acknowledged_at=None)
        if fresh.update(
            acknowledged_at=clock.now(), acknowledged_by_id=viewer.operator_id or None, snoozed_until=None
        ):
            audit.record(viewer, "alert.acknowledged", ("alert", row.pk))
    row.refresh_from_db()
    return row


def snooze(viewer: Viewer, alert: int, until: dt.datetime) -> Alert:
    """Nothing is said about it until then; where it is still out of bounds it comes back, also by mail. Conflict where it is over."""
    row = queries.access_alert(viewer, alert, change=True)
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise WeiluError(_("Choose a moment within the next 90 days."), field="body.until")
    with transaction.atomic():
        still = Alert.objects.filter(pk=row.pk, closed_at=None)
        if not still.update(snoozed_until=until, acknowledged_at=None, acknowledged_by=None):
            raise Conflict(_("This alert is over. There is nothing left to put to sleep."))
        audit.record(viewer, "alert.snoozed", ("alert", row.pk), until=until.date().isoformat())
    row.refresh_from_db()
    return row


def comment(viewer: Viewer, alert: int, text: str) -> Comment:
    """What somebody found out, for whoever looks next."""
    row = queries.access_alert(viewer, alert, change=True)
    said = text.replace("\x00", "").strip()
    if not said:
        raise WeiluError(_("Write something first."), field="body.text")
    if len(said) > LONGEST_COMMENT:
        raise WeiluError(
            _("A comment has at most %(n)d characters.") % {"n": LONGEST_COMMENT}, field="body.text"
        )
    with transaction.atomic():
        made = Comment.objects.create(
            alert=row, operator_id=viewer.operator_id or None, text=said, at=clock.now()
        )
        audit.record(viewer, "alert.commented", ("alert", row.pk))
    return made


def give_task(viewer: Viewer, alert: int, title: str, operator: int, due: dt.date) -> Task:
    """A to-do that grew out of the alert. Raises WeiluError that names the field."""
    row = queries.access_alert(viewer, alert, change=True)
    wish = tasks.Wish(
        title=title,
        operator=operator,
        due=due,
        community=row.rule.community_id,
        about=(raising.KIND, row.pk),
        path=raising.path(row.pk),
    )
    return tasks.give(viewer, wish)


def forget_person(identity: int) -> None:
    """Somebody is erased: comments that call them by name go. Safe to run twice."""
    forget_in(Comment.objects.all(), "text", identity)


# checks -------------------------------------------------------------------------------------------------------------


def _check(viewer: Viewer, wish: Wish) -> None:
    demand(viewer, rights.ALERTS)
    if wish.community is None:
        if not queries.may(viewer, None):
            raise Forbidden(_("An alert on the whole brand needs the right for all communities."))
    else:
        access_community(viewer, wish.community, rights.ALERTS)
    if wish.segment is not None:
        segments.access_for(viewer, wish.segment, wish.community)
    if metrics.find(wish.metric) is None:
        raise WeiluError(_("There is no metric “%(slug)s”.") % {"slug": wish.metric}, field="body.metric")
    if word := rules.problem(wish.condition):
        raise WeiluError(PROBLEMS[word], field=f"body.{_FIELDS.get(word, 'kind')}")
    if set(wish.mail) - {one.pk for one in hands(wish.community)}:
        raise WeiluError(
            _("Somebody on the mailing list does not see what the alert concerns."), field="body.mail"
        )


_FIELDS = {
    "limit": "limit",
    "percent": "limit",
    "more_than_all": "limit",
    "deviations": "limit",
    "either": "direction",
    "weekday_of_week": "against",
}


def _fields(wish: Wish) -> dict[str, object]:
    condition = wish.condition
    return {
        "community_id": wish.community,
        "segment": wish.segment,
        "metric": wish.metric,
        "kind": condition.kind,
        "direction": condition.direction,
        "limit": condition.limit,
        "size": condition.size,
        "against": condition.against,
        "mail": sorted(set(wish.mail)),
    }


def _audited(row: AlertRule) -> dict[str, str | float | int | None]:
    return {name: getattr(row, name) for name in AlertRule.WATCHED}
