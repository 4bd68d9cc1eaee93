"""Which states that had been told did later knowledge change?"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, QuerySet

from weilu.members.models import Correction


def corrections(member: int, scopes: Collection[int], known: int | None = None) -> QuerySet[Correction]:
    """Those of a member in these scopes that stand, oldest first; with `known`, those found by that log position."""
    rows = Correction.objects.filter(member=member, scope__in=scopes).exclude(was=F("now"))
    if known is not None:
        rows = rows.filter(position__lte=known)
    return rows.order_by("at", "scope")
