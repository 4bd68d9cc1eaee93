"""Who says that an account speaks for the brand? The only writer of this room."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_member, demand
from weilu.evaluation.diagnosis import queries
from weilu.evaluation.diagnosis.models import TeamAccount

AUDIT_WORDS = {
    "team.ours": _("Said that an account is the team’s"),
    "team.not_ours": _("Said that an account is not the team’s"),
}


def say(viewer: Viewer, member: int, ours: bool) -> None:
    """All accounts that are this member's now are the team's, or are not. Said again it changes nothing. Raises NotFound."""
    demand(viewer, rights.EDIT_MEMBERS)
    person = access_member(viewer, member, rights.EDIT_MEMBERS)
    with transaction.atomic():
        changed = [_say(viewer, one.pk, ours) for one in queries.accounts(person.pk)]
        if any(changed):
            audit.record(viewer, "team.ours" if ours else "team.not_ours", ("member", person.pk))


def _say(viewer: Viewer, identity: int, ours: bool) -> bool:
    row = TeamAccount.objects.filter(identity=identity).first()
    if row is not None and row.ours == ours:
        return False
    given = {"ours": ours, "at": clock.now(), "by_id": viewer.operator_id or None}
    TeamAccount.objects.update_or_create(identity_id=identity, defaults=given)
    return True
