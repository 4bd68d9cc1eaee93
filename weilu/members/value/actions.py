"""How do the weights and edges of value change?"""

from __future__ import annotations

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core.decisions import actions as decisions
from weilu.core.decisions.evidence import Plain
from weilu.core.errors import WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand
from weilu.members.value import rules
from weilu.members.value.decisions import CHANGED
from weilu.members.value.models import ValueVersion
from weilu.members.value.rules import Scale

PROBLEMS: dict[str, str | Promise] = {
    "weights": _("Every weight is a whole number from 0 to 100."),
    "sum": _("The weights must add up to 100, and not all of it for recommending."),
    "edges": _("Edges are four different whole numbers above 0, ascending; none at all means fifths."),
}


def checked(scale: Scale) -> Scale:
    """Raises WeiluError for what cannot be a scale."""
    if problem := rules.problem(scale):
        raise WeiluError(PROBLEMS[problem])
    return scale


def change(viewer: Viewer, scale: Scale) -> ValueVersion:
    """From this week on; weeks before stay as they were told. Raises WeiluError, Forbidden."""
    demand(viewer, rights.SETTINGS)
    checked(scale)
    weights = {one: scale.weights[one] for one in rules.FACTORS}
    edges: dict[str, list[Plain]] = {step: [*scale.edges.get(step, ())] for step in rules.STEPS}
    with transaction.atomic():
        decision = decisions.decide(
            CHANGED,
            subject=("brand", 0),
            by=viewer.operator_id,
            evidence={"weights": {**weights}, "edges": {**edges}},
        )
        row = ValueVersion.objects.create(
            valid_from=decision.at, weights=weights, edges=edges, decision=decision
        )
        audit.record(viewer, CHANGED, ("brand", 0), weights={**weights}, edges={**edges})
    return row
