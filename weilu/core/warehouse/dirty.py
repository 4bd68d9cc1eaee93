"""Which days of which communities must be counted again, since late facts came in or facts went?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from weilu.core.warehouse.models import DirtyDay

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Dirty:
    """`days` were marked since; pass `mark` next time. Days are UTC: a community's own day touches at most two of them."""

    mark: int
    days: frozenset[tuple[int, dt.date]]


def dirty_since(mark: int = 0) -> Dirty:
    """Every (community, day) marked after `mark` (0: ever)."""
    found = list(DirtyDay.objects.filter(id__gt=mark).values_list("id", "community", "day"))
    highest = max((row[0] for row in found), default=mark)
    return Dirty(highest, frozenset((community, day) for _, community, day in found))


def mark(days: Collection[tuple[int, dt.date]]) -> None:
    """Mark days anew, also those marked before. Only the one loader writes here, so marks rise in the order of commits."""
    by_community: dict[int, list[dt.date]] = {}
    for community, day in days:
        by_community.setdefault(community, []).append(day)
    for community, some in by_community.items():
        for start in range(0, len(some), CHUNK):
            DirtyDay.objects.filter(community=community, day__in=some[start : start + CHUNK]).delete()
    DirtyDay.objects.bulk_create(
        [DirtyDay(community=community, day=day) for community, day in sorted(days)], batch_size=1000
    )
