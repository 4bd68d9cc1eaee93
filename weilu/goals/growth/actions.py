"""Who changes the stages of growth and their targets? The only writers of this room."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.warehouse.check import check
from weilu.core.warehouse.question import Refused, parse
from weilu.goals.growth import queries, rules, words
from weilu.goals.growth.models import Plan, Stage

AUDIT_WORDS = {
    "growth.set": _("Changed the stages of the growth funnel"),
    "growth.followed": _("Let a community’s growth funnel follow the brand’s"),
}


def save(viewer: Viewer, community: int | None, stages: Sequence[rules.Stage]) -> Plan | None:
    """These stages hold from now on; None where they do already. Raises WeiluError that names the field, Forbidden, NotFound."""
    demand(viewer, rights.GOALS)
    place = queries.access_place(viewer, community, rights.GOALS)
    _refuse(rules.problem(stages))
    for one in stages:
        _can_be_asked(viewer, place, one)
    held = queries.in_force(place)
    if held.own and held.plan is not None and held.stages == tuple(stages):
        return None
    with transaction.atomic():
        plan = _plan(viewer, place)
        Stage.objects.bulk_create(
            Stage(plan=plan, slug=one.slug, source=one.source, measure=one.measure, rate=one.rate, count=one.count)
            for one in stages
        )  # fmt: skip
        audit.record(viewer, "growth.set", ("growth_plan", plan.pk), community=community)
    return plan


def follow(viewer: Viewer, community: int) -> None:
    """The community's funnel is that of the brand again. Conflict where it is already."""
    demand(viewer, rights.GOALS)
    place = queries.access_place(viewer, community, rights.GOALS)
    if not queries.in_force(place).own:
        raise Conflict(_("This community follows the brand’s growth funnel already."))
    with transaction.atomic():
        plan = _plan(viewer, place)
        audit.record(viewer, "growth.followed", ("growth_plan", plan.pk), community=community)


def _plan(viewer: Viewer, place: Community | None) -> Plan:
    return Plan.objects.create(community=place, at=clock.now(), by_id=viewer.operator_id or None)


# checks -------------------------------------------------------------------------------------------------------------


def _refuse(found: rules.Problem | None) -> None:
    if found is not None:
        raise WeiluError(words.refusal(found), field=words.field(found.slug, found.part))


def _can_be_asked(viewer: Viewer, place: Community | None, stage: rules.Stage) -> None:
    """Whether the figure is there, and counts something."""
    field = words.field(stage.slug, "source")
    if stage.measure and stage.measure not in rules.MEASURES:
        raise WeiluError(_("Of an event all are counted, or the members who did it."), field=field)
    found = None if stage.measure else metrics.find(stage.source)
    if found is not None and found.unit not in queries.COUNTED:
        raise WeiluError(
            _("“%(metric)s” is no number of people or events: a stage needs one that can be divided by the stage before.")
            % {"metric": found.label},
            field=field,
        )  # fmt: skip
    today = rules.month(clock.now().date())
    try:
        check(parse(queries.question(stage, today, "UTC", place)), viewer)
    except Refused as refused:
        raise WeiluError(str(refused), field=field) from refused
