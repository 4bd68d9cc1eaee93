"""How is advice taken or turned down? The only writers of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.communities.tasks import actions as tasks
from weilu.core import clock
from weilu.core.directory.forgetting import forget_in
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community, missing
from weilu.evaluation.advice import queries, rules, words
from weilu.evaluation.advice.models import Decided, Verdict
from weilu.evaluation.advice.shapes import Advice, Rule
from weilu.evaluation.diagnosis import gather
from weilu.members.segments import actions as segments

QUIET_TAKEN, QUIET_DISMISSED = dt.timedelta(days=28), dt.timedelta(days=90)
TASK_DAYS = 7
AUDIT_WORDS = {
    "advice.task": _("Made a task of advice"),
    "advice.segment": _("Made a segment of advice"),
    "advice.dismissed": _("Turned advice down"),
}


def make_task(viewer: Viewer, community: int, rule: str) -> Decided:
    """A task for the viewer, in a week's time, with the drafted title. Raises NotFound, Conflict (decided already, or no longer
    advised), Unavailable."""
    place, known, advice = _standing(viewer, community, rule)
    held = queries.drawn(viewer, place, advice)
    title = words.action(advice)
    with transaction.atomic():
        row = _decide(viewer, place, known, advice, Verdict.TASK, held)
        due = clock.day_of(clock.now(), zone_of(place)) + dt.timedelta(days=TASK_DAYS)
        path = reverse("advice:decided", args=[row.pk])
        task = tasks.give(
            viewer, tasks.Wish(title, viewer.operator_id or 0, due, place.pk, ("advice", row.pk), path)
        )
        Decided.objects.filter(pk=row.pk).update(task=task.pk)
    row.refresh_from_db()
    return row


def make_segment(viewer: Viewer, community: int, rule: str) -> Decided:
    """A segment of those it is meant for, without those left out by lot. Raises as `make_task`, WeiluError where it is not about
    people."""
    place, known, advice = _standing(viewer, community, rule)
    if not known.people:
        raise WeiluError(_("This advice is not about people: make a task of it."), field="body.verdict")
    held = queries.drawn(viewer, place, advice)
    with transaction.atomic():
        row = _decide(viewer, place, known, advice, Verdict.SEGMENT, held)
        those: dict[str, object] = {"members": list(advice.members)}
        by_lot = queries.lot(place.pk, advice.rule, row.first)
        wish = segments.Wish(
            f"{words.NAMES[advice.rule]} · {place} · {row.first} #{row.pk}"[-100:],
            {"and": [those, {"not": by_lot}]} if held else those,
            communities=[place.pk],
        )
        made = segments.create(viewer, wish)
        Decided.objects.filter(pk=row.pk).update(segment=made.pk)
    row.refresh_from_db()
    return row


def dismiss(viewer: Viewer, community: int, rule: str, reason: str) -> Decided:
    """Not this time, and why: it is quiet for 90 days. Raises as `make_task`."""
    place, known, advice = _standing(viewer, community, rule)
    said = " ".join(reason.split())
    if not said or "\0" in said:
        raise WeiluError(_("Say why: it helps whoever reads it next."), field="body.reason")
    with transaction.atomic():
        return _decide(viewer, place, known, advice, Verdict.DISMISSED, (), said[:300])


def forget_person(identity: int) -> None:
    """Somebody is erased: reasons that call them by name are emptied. Safe to run twice."""
    forget_in(Decided.objects.all(), "reason", identity)


def _standing(viewer: Viewer, community: int, rule: str) -> tuple[Community, Rule, Advice]:
    place = access_community(viewer, community, rights.EDIT_MEMBERS)
    known = rules.rule(rule)
    if known is None:
        raise missing()
    if (place.pk, rule) in queries.quiet([place.pk]):
        raise Conflict(_("Somebody has decided on this advice already."))
    advice = queries.find(viewer, place, rule, gather.present())
    if advice is None:
        raise Conflict(_("The figures no longer say so: there is nothing to decide."))
    return place, known, advice


def _decide(
    viewer: Viewer,
    place: Community,
    known: Rule,
    advice: Advice,
    verdict: Verdict,
    held: Sequence[int],
    reason: str = "",
) -> Decided:
    Community.objects.select_for_update().get(pk=place.pk)
    if (place.pk, advice.rule) in queries.quiet([place.pk]):
        raise Conflict(_("Somebody has decided on this advice already."))
    first, now = queries.first_day(place), clock.now()
    row = Decided.objects.create(
        community=place, rule=advice.rule, verdict=verdict, reason=reason, numbers=dict(advice.numbers),
        meant=[one for one in advice.members if one not in set(held)], held=list(held), first=first,
        last=first + dt.timedelta(days=known.days - 1), at=now, by_id=viewer.operator_id or None,
        quiet_until=now + (QUIET_DISMISSED if verdict == Verdict.DISMISSED else QUIET_TAKEN),
    )  # fmt: skip
    audit.record(
        viewer, f"advice.{verdict}", ("advice", row.pk), community=place.pk, rule=advice.rule, held=len(held)
    )
    return row
