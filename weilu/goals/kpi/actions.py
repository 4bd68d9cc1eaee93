"""Who changes the weights of a stage, and the stage of a community? The only writers of this room."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import Forbidden, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community, demand
from weilu.goals.kpi import queries, rules
from weilu.goals.kpi.models import CommunityStage, StageWeights

AUDIT_WORDS = {
    "kpi.weights": _("Changed the weights of a stage"),
    "kpi.stage": _("Said at which stage a community is"),
}


def weigh(viewer: Viewer, stage: str, weights: Mapping[str, int]) -> StageWeights | None:
    """New weights of a stage, from now on: weeks before keep those of their time. The same again changes nothing (None). Raises
    WeiluError that names the field, Forbidden."""
    checked = check(viewer, stage, weights)
    if checked == queries.weights_at(queries.weight_book(), stage):
        return None
    with transaction.atomic():
        row = StageWeights.objects.create(
            stage=stage, at=clock.now(), by_id=viewer.operator_id or None, **checked
        )
        audit.record(viewer, "kpi.weights", ("kpi_weights", row.pk), stage=stage, **checked)
    return row


def check(viewer: Viewer, stage: str, weights: Mapping[str, int]) -> dict[str, int]:
    """The weights, where they can be those of this stage and the viewer may say so."""
    demand(viewer, rights.GOALS)
    if not queries.may_weigh(viewer):
        raise Forbidden(
            _("The weights hold for the whole brand: changing them needs the right for all communities.")
        )
    if stage not in rules.STAGES:
        raise WeiluError(_("There is no such stage."), field="stage")
    problem = rules.problem(weights)
    if problem == "range":
        raise WeiluError(_("A weight lies between 0 and 100."), field="body.growth")
    if problem == "sum":
        raise WeiluError(
            _("The four weights must make 100 together; they make %(sum)s.")
            % {"sum": sum(weights[group] for group in rules.GROUPS)},
            field="body.growth",
        )
    return {group: int(weights[group]) for group in rules.GROUPS}


def put(viewer: Viewer, community: int, stage: str, suggested: str = "") -> CommunityStage | None:
    """The community is at this stage from now on; empty: at that which its figures suggest. Said again it changes nothing (None).
    Raises WeiluError, NotFound."""
    place = access_community(viewer, community, rights.GOALS)
    if stage and stage not in rules.STAGES:
        raise WeiluError(_("There is no such stage."), field="body.stage")
    with transaction.atomic():
        last = CommunityStage.objects.filter(community=place).order_by("-at", "-pk").first()
        if (last.stage if last else "") == stage:
            return None
        row = CommunityStage.objects.create(
            community=place,
            stage=stage,
            suggested=suggested,
            at=clock.now(),
            by_id=viewer.operator_id or None,
        )
        audit.record(viewer, "kpi.stage", ("community", place.pk), stage=stage, suggested=suggested)
    return row
