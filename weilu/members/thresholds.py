"""Which thresholds held in a community at which time?"""

from __future__ import annotations

from collections.abc import Iterable

from weilu.core import clock
from weilu.members.models import ThresholdVersion
from weilu.members.rules.lifecycle import HOUSE, Thresholds, Version

FIELDS = ("new_days", "active_days", "pause_days", "return_days", "churn_days")


def versions_of(scopes: Iterable[int], *, before_ms: int | None = None) -> dict[int, tuple[Version, ...]]:
    """All versions for each scope (community id, 0: the brand), oldest first; those of `before_ms` or later are unknown.

    A community follows the brand until it has its first row, from then on only its own.
    """
    rows = ThresholdVersion.objects.order_by("valid_from", "pk")
    kept: dict[int, list[Version]] = {}
    for row in rows:
        moment = clock.to_ms(row.valid_from)
        if before_ms is None or moment < before_ms:
            kept.setdefault(row.community_id or 0, []).append(version(row))
    return {scope: _of(scope, kept) for scope in scopes}


def _of(scope: int, kept: dict[int, list[Version]]) -> tuple[Version, ...]:
    own = kept.get(scope, []) if scope else []
    until = own[0].valid_from if own else None
    brand = [row for row in kept.get(0, []) if until is None or row.valid_from < until]
    return (*HOUSE, *brand, *own)


def version(row: ThresholdVersion) -> Version:
    limits = Thresholds(**{field: getattr(row, field) for field in FIELDS})
    return Version(clock.to_ms(row.valid_from) // 1000, limits, row.pk)


def newest() -> int:
    """Id of the last row; 0 where nobody changed anything."""
    return ThresholdVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
