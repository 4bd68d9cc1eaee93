"""Which positions are in one set of ranges and not in another? Interval arithmetic on sorted, disjoint ranges.

A set of positions is an integer array of shape (n, 2): first and last, both included, sorted, without overlap.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ranges = npt.NDArray[np.int64]

NONE: Ranges = np.empty((0, 2), dtype=np.int64)


def of(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Any pairs (first, last), overlapping or not, as one set."""
    given = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return union(given)


def of_positions(positions: Iterable[int]) -> Ranges:
    """Single positions, in any order, repeats allowed, as one set."""
    ordered = np.unique(np.fromiter(positions, dtype=np.int64))
    if not len(ordered):
        return NONE
    cut = np.flatnonzero(np.diff(ordered) != 1)
    firsts = ordered[np.concatenate(([0], cut + 1))]
    lasts = ordered[np.concatenate((cut, [len(ordered) - 1]))]
    return np.stack((firsts, lasts), axis=1)


def union(*sets: Ranges) -> Ranges:
    given = np.concatenate(sets) if sets else NONE
    if not len(given):
        return NONE
    given = given[np.argsort(given[:, 0], kind="stable")]
    reach = np.maximum.accumulate(given[:, 1])
    opens = np.concatenate(([True], given[1:, 0] > reach[:-1] + 1))
    starts = np.flatnonzero(opens)
    ends = np.concatenate((starts[1:] - 1, [len(given) - 1]))
    return np.stack((given[starts, 0], reach[ends]), axis=1)


def minus(one: Ranges, other: Ranges) -> Ranges:
    """Positions of `one` that are not in `other`."""
    if not len(one) or not len(other):
        return one
    # Edges: entering and leaving each set; a piece of the answer runs wherever only `one` is open.
    edges = np.concatenate((one[:, 0], one[:, 1] + 1, other[:, 0], other[:, 1] + 1))
    count, third = len(one), len(other)
    inside = np.concatenate((np.ones(count), -np.ones(count), np.zeros(2 * third))).astype(np.int64)
    covered = np.concatenate((np.zeros(2 * count), np.ones(third), -np.ones(third))).astype(np.int64)
    order = np.argsort(edges, kind="stable")
    edges = edges[order]
    alone = (np.cumsum(inside[order]) > 0) & (np.cumsum(covered[order]) == 0)
    pieces = np.stack((edges[:-1], edges[1:] - 1), axis=1)[alone[:-1]]
    return union(pieces[pieces[:, 1] >= pieces[:, 0]])


def both(one: Ranges, other: Ranges) -> Ranges:
    """Positions in both sets."""
    return minus(one, minus(one, other))


def count(one: Ranges) -> int:
    return int((one[:, 1] - one[:, 0] + 1).sum())


def pairs(one: Ranges) -> list[tuple[int, int]]:
    return [(int(first), int(last)) for first, last in one]


def expand(one: Ranges) -> npt.NDArray[np.int64]:
    """Every position of a set, ascending."""
    lengths = one[:, 1] - one[:, 0] + 1
    starts = np.repeat(one[:, 0] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return starts + np.arange(int(lengths.sum()), dtype=np.int64)


def contains(one: Ranges, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """For each position whether the set holds it."""
    if not len(one):
        return np.zeros(len(positions), dtype=np.bool_)
    at = np.searchsorted(one[:, 0], positions, side="right") - 1
    inside: npt.NDArray[np.bool_] = (at >= 0) & (positions <= one[np.maximum(at, 0), 1])
    return inside
