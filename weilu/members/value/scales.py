"""Which weights and edges held when?"""

from __future__ import annotations

from weilu.core import clock
from weilu.members.value.models import ValueVersion
from weilu.members.value.rules import Scale
from weilu.members.when import When


def at(when: When) -> Scale:
    """The scale in force at a moment, so far as it was known then. It holds for the whole week in which it was changed."""
    rows = [row for row in ValueVersion.objects.all() if clock.to_ms(row.valid_from) < when.rules_before_ms]
    return of(rows[-1]) if rows else Scale()


def current() -> Scale:
    row = ValueVersion.objects.last()
    return of(row) if row else Scale()


def newest() -> int:
    """Number of the newest version; 0 where nobody changed anything."""
    return ValueVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def of(row: ValueVersion) -> Scale:
    return Scale(dict(row.weights), {step: tuple(edges) for step, edges in row.edges.items() if edges})
