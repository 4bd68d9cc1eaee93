"""How does what left the log leave the column store? By mutation: the bytes go, not only a mark is set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from weilu.core.events.models import Retraction
from weilu.core.warehouse import client, dirty
from weilu.core.warehouse.models import AppliedRetraction, Store

RANGES = 1_000
"""How many ranges one mutation looks through for each row."""
WITHIN = """position BETWEEN {low:UInt64} AND {high:UInt64}
    AND arrayExists((first, last) -> position BETWEEN first AND last, {firsts:Array(UInt64)}, {lasts:Array(UInt64)})"""
DAYS = "SELECT DISTINCT community, toDate(happened) AS day FROM {table} WHERE {within}"
DELETE = f"DELETE WHERE {WITHIN}"
MOVE = f"UPDATE batch = {{batch:UInt32}} WHERE {WITHIN}"


def apply(store: Store, table: str = "weilu.events") -> int:
    """Carry out what this store was not told yet, oldest first; returns how many. Doing one twice changes nothing.

    `table` is where the store's rows stand now.
    """
    waiting = Retraction.objects.exclude(id__in=told(store)).order_by("id")
    for retraction in waiting:
        _apply(store, table, retraction)
    return len(waiting)


def told(store: Store) -> list[int]:
    """Retractions that this store has carried out, or was loaded after."""
    return list(store.applied.values_list("retraction", flat=True))


def take_as_told(store: Store) -> None:
    """A store that is loaded from now on never sees what has been retracted before."""
    known = Retraction.objects.values_list("id", flat=True)
    AppliedRetraction.objects.bulk_create(
        AppliedRetraction(store=store, retraction=number) for number in known
    )


def _apply(store: Store, table: str, retraction: Retraction) -> None:
    days: set[tuple[int, dt.date]] = set()
    asked = DAYS.format(table=table, within=WITHIN)
    for bound in _bounds(retraction.ranges):
        days |= {(row["community"], row["day"]) for row in client.query(asked, bound, seconds=60).to_pylist()}
        client.alter(table, DELETE, bound)
    for batch, ranges in _heirs(retraction.moved).items():
        for bound in _bounds(ranges):
            client.alter(table, MOVE, {"batch": batch, **bound})
    with transaction.atomic():
        AppliedRetraction.objects.create(store=store, retraction=retraction.id)
        dirty.mark(days)


def _bounds(ranges: Sequence[Sequence[int]]) -> list[dict[str, object]]:
    """Ranges (first, last) as bound values, some at a time."""
    ordered = sorted((first, last) for first, last in ranges)
    parts = [ordered[start : start + RANGES] for start in range(0, len(ordered), RANGES)]
    return [_bound([first for first, _ in part], [last for _, last in part]) for part in parts]


def _bound(firsts: list[int], lasts: list[int]) -> dict[str, object]:
    return {"low": firsts[0], "high": max(lasts), "firsts": firsts, "lasts": lasts}


def _heirs(moved: Sequence[Sequence[int]]) -> dict[int, list[tuple[int, int]]]:
    """(first, last, batch) by the batch that claims them now."""
    by_batch: dict[int, list[tuple[int, int]]] = {}
    for first, last, batch in moved:
        by_batch.setdefault(batch, []).append((first, last))
    return by_batch
