"""Which batches have seen an event? Claims as ranges of positions; an event goes when its last claim goes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weilu.core.events import ranges, store
from weilu.core.events.models import Claim


def write(claimed: Sequence[tuple[int, list[int]]]) -> None:
    """Note which positions each frame (batch, positions) of a step has seen, in the order of the frames."""
    merged: list[tuple[int, list[int]]] = []
    for batch, positions in claimed:
        if merged and merged[-1][0] == batch:
            merged[-1][1].extend(positions)
        elif positions:
            merged.append((batch, list(positions)))
    newest = _newest()
    rows: list[tuple[int, int, int]] = []
    for batch, positions in merged:
        wanted = ranges.of_positions(positions)
        for first, last in ranges.pairs(ranges.minus(wanted, _held(batch, wanted))):
            if not rows and newest and newest.batch == batch and newest.last + 1 == first:
                # The common case: one source going on. Its last claim grows instead of a new row.
                newest.last = last
                newest.save(update_fields=["last"])
                continue
            rows.append((batch, first, last))
    store.insert(store.CLAIMS, rows)


def of_batch(batch: int) -> ranges.Ranges:
    return ranges.of(Claim.objects.filter(batch=batch).values_list("first", "last"))


def by_others(batch: int, within: ranges.Ranges) -> list[tuple[int, int, int, int]]:
    """(claim id, batch, first, last) of all other batches' claims that touch the span of `within`."""
    if not len(within):
        return []
    touching = Claim.objects.exclude(batch=batch).filter(
        last__gte=int(within[0, 0]), first__lte=int(within[-1, 1])
    )
    return list(touching.order_by("id").values_list("id", "batch", "first", "last"))


def heirs(kept: ranges.Ranges, others: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    """For every position of `kept` the batch that claimed it first among `others`, as ranges (first, last, batch).

    `others` stand in the order in which they were claimed, and cover all of `kept`.
    """
    position = ranges.expand(kept)
    owner = np.zeros(len(position), dtype=np.int64)
    spans = np.array([(first, last) for _, _, first, last in others], dtype=np.int64).reshape(-1, 2)
    lows = np.searchsorted(position, spans[:, 0], side="left")
    highs = np.searchsorted(position, spans[:, 1], side="right")
    # Backwards, so that the earliest claim is written last and stays.
    for index in range(len(others) - 1, -1, -1):
        owner[lows[index] : highs[index]] = others[index][1]
    if not len(position):
        return []
    cut = np.flatnonzero((np.diff(position) != 1) | (np.diff(owner) != 0))
    starts = np.concatenate(([0], cut + 1))
    ends = np.concatenate((cut, [len(position) - 1]))
    return [(int(position[a]), int(position[b]), int(owner[a])) for a, b in zip(starts, ends, strict=True)]


def _newest() -> Claim | None:
    return Claim.objects.order_by("-id").first()


def _held(batch: int, wanted: ranges.Ranges) -> ranges.Ranges:
    """Claims of the batch that touch the span of what is wanted: a repeat of a repeat needs no second row."""
    if not len(wanted):
        return ranges.NONE
    return ranges.of(
        Claim.objects.filter(
            batch=batch, last__gte=int(wanted[0, 0]), first__lte=int(wanted[-1, 1])
        ).values_list("first", "last")
    )
