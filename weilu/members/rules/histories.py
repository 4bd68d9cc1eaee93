"""What is the whole history of many memberships at once? The ordered rules of `lifecycle`, on columns.

A history is a piecewise constant function of time. It can only change at a handful of moments: where presence changes,
where a bout begins, and where a threshold runs out. Those candidates are made for all memberships together, the rules
are evaluated at each, and runs of the same value collapse. Changes that only time will bring are in it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from weilu.members.rules.lifecycle import DAY, STATES, Facts, Thresholds, Version

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LATEST = 2**32 - 1
"""The store keeps moments as unsigned seconds in 32 bits; what would change after 2106 is not written."""
_SPAN = 2**34
_NEVER = -(2**40)
CODES = ("", *STATES)
PRESENCE = ("", "in", "out")
_NEW, _ACTIVE, _RETURNING, _DORMANT, _CHURNED = range(1, 6)


@dataclass(frozen=True, slots=True)
class Columns:
    """Facts of `size` memberships; every flat array is in the order of (owner, moment)."""

    size: int
    bout_owner: Ints
    bout_start: Ints
    bout_end: Ints
    change_owner: Ints
    change_at: Ints
    change_inside: Flags


@dataclass(frozen=True, slots=True)
class Histories:
    """Change points of all memberships: those of `n` stand at offsets[n]:offsets[n+1]. `codes` index `values`."""

    offsets: Ints
    froms: Ints
    codes: Ints
    values: tuple[str, ...] = CODES

    def of(self, index: int) -> list[tuple[int, str]]:
        rows = slice(self.offsets[index], self.offsets[index + 1])
        return [
            (int(at), self.values[code]) for at, code in zip(self.froms[rows], self.codes[rows], strict=True)
        ]


def columns(facts: Sequence[Facts]) -> Columns:
    """Facts of single memberships laid side by side."""
    runs = [(owner, *run) for owner, one in enumerate(facts) for run in one.bouts]
    changes = [(owner, *change) for owner, one in enumerate(facts) for change in one.changes]
    bout = np.array(runs, dtype=np.int64).reshape(-1, 3)
    change = np.array(changes, dtype=np.int64).reshape(-1, 3)
    return Columns(
        len(facts), bout[:, 0], bout[:, 1], bout[:, 2], change[:, 0], change[:, 1], change[:, 2].astype(bool)
    )


def histories(facts: Columns, versions: Sequence[Version]) -> Histories:
    """Each membership's history under thresholds that held from their change on."""
    ordered = sorted(versions, key=lambda version: (version.valid_from, version.number))
    owners, moments, codes = [], [], []
    for index, version in enumerate(ordered):
        begin = 0 if index == 0 else version.valid_from
        end = ordered[index + 1].valid_from if index + 1 < len(ordered) else LATEST
        owner, at = _candidates(facts, version.thresholds, begin, end)
        owners.append(owner)
        moments.append(at)
        codes.append(_evaluate(facts, version.thresholds, owner, at))
    return _collapse(facts.size, np.concatenate(owners), np.concatenate(moments), np.concatenate(codes))


def begun(first: Ints, joined: Ints, owner: Ints, seat: Ints) -> Ints:
    """(owner, moment, 1) of memberships of which no seat was ever left or joined twice, as `lifecycle.presence` has it.

    They begin at the first sight of any seat, and anew at the joining of that seat where it came before any other seat was
    taken. `owner` and `seat` are pairs; `first` and `joined` (-1: never) are of all seats, in milliseconds.
    """
    order = np.lexsort((seat, first[seat], owner))
    owner, seat = owner[order], seat[order]
    opens = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(owner)])
    mine, after = seat[opens], np.append(opens, len(owner))[1:]
    more = after - opens > 1
    other = seat[np.minimum(opens + 1, len(seat) - 1)]
    earlier = (joined[mine] < first[other]) | ((joined[mine] == first[other]) & (mine < other))
    later = (joined[mine] // 1000 > first[mine] // 1000) & (~more | earlier)
    owners = np.concatenate([owner[opens], owner[opens][later]])
    moments = np.concatenate([first[mine], joined[mine][later]]) // 1000
    return np.stack([owners, moments, np.ones(len(owners), dtype=np.int64)], axis=1)


def steps(found: Histories, since: int, before: int) -> tuple[Ints, Ints, Ints, Ints]:
    """(membership, moment, code before, code after) of every change in [since, before)."""
    owner = np.repeat(np.arange(len(found.offsets) - 1, dtype=np.int64), np.diff(found.offsets))
    was = np.concatenate([np.zeros(1, dtype=np.int64), found.codes[:-1]])[: len(found.codes)]
    was[found.offsets[:-1][np.diff(found.offsets) > 0]] = 0
    inside = (found.froms >= since) & (found.froms < before)
    return owner[inside], found.froms[inside], was[inside], found.codes[inside]


def states_at(facts: Columns, limits: Thresholds, moment: int) -> Ints:
    """The code of every membership's state at one moment."""
    owner = np.arange(facts.size, dtype=np.int64)
    return _evaluate(facts, limits, owner, np.full(facts.size, moment, dtype=np.int64))


def memberships(facts: Columns) -> Histories:
    """In (code 1) and out (code 2) over time, see `PRESENCE`; of several changes in one second the last holds."""
    key = facts.change_owner * _SPAN + facts.change_at
    last = np.append(key[1:] != key[:-1], True) if len(key) else np.zeros(0, dtype=bool)
    inside = np.where(facts.change_inside[last], 1, 2).astype(np.int64)
    found = _collapse(facts.size, facts.change_owner[last], facts.change_at[last], inside)
    return replace(found, values=PRESENCE)


def _candidates(facts: Columns, limits: Thresholds, begin: int, end: int) -> tuple[Ints, Ints]:
    """Moments in [begin, end) at which a state may change; `begin` itself for whoever is known by then."""
    bout, change = facts.bout_owner, facts.change_owner
    owner = np.concatenate(
        [bout, bout, bout, bout, change, change, change, np.arange(facts.size, dtype=np.int64)]
    )
    at = np.concatenate(
        [
            facts.bout_start,
            facts.bout_start + limits.return_days * DAY,
            facts.bout_end + limits.active_days * DAY,
            facts.bout_end + limits.churn_days * DAY,
            facts.change_at,
            facts.change_at + limits.new_days * DAY,
            facts.change_at + limits.churn_days * DAY,
            np.full(facts.size, begin, dtype=np.int64),
        ]
    )
    inside = (at >= begin) & (at < end)
    key = np.unique(owner[inside] * _SPAN + at[inside])
    return key // _SPAN, key % _SPAN


def _evaluate(facts: Columns, limits: Thresholds, owner: Ints, at: Ints) -> Ints:
    """The ordered rules at pairs of (membership, moment)."""
    bout = _last(facts.bout_owner, facts.bout_start, owner, at)
    last = np.where(bout < 0, _NEVER, np.minimum(_take(facts.bout_end, bout), at))
    back = _pauses_ended(facts, limits, owner, at)
    change = _last(facts.change_owner, facts.change_at, owner, at)
    entry = facts.change_inside
    join = _last(facts.change_owner[entry], facts.change_at[entry], owner, at)
    joined = np.where(join < 0, _NEVER, _take(facts.change_at[entry], join))
    present = (change >= 0) & _take(facts.change_inside, change).astype(bool)
    recent = at - last < limits.active_days * DAY
    return np.select(
        [
            change < 0,
            ~present | (at - np.maximum(joined, last) >= limits.churn_days * DAY),
            at - joined < limits.new_days * DAY,
            recent & (at - back < limits.return_days * DAY),
            recent,
        ],
        [0, _CHURNED, _NEW, _RETURNING, _ACTIVE],
        _DORMANT,
    ).astype(np.int64)


def _pauses_ended(facts: Columns, limits: Thresholds, owner: Ints, at: Ints) -> Ints:
    same = facts.bout_owner[1:] == facts.bout_owner[:-1]
    ended = same & (facts.bout_start[1:] - facts.bout_end[:-1] >= limits.pause_days * DAY)
    owners, starts = facts.bout_owner[1:][ended], facts.bout_start[1:][ended]
    found = _last(owners, starts, owner, at)
    return np.where(found < 0, _NEVER, _take(starts, found))


def _last(owners: Ints, moments: Ints, owner: Ints, at: Ints) -> Ints:
    """Index of the last row of each owner at or before the moment, -1 where there is none."""
    found = np.searchsorted(owners * _SPAN + moments, owner * _SPAN + at, side="right") - 1
    return np.where((found >= 0) & (_take(owners, found) == owner), found, -1).astype(np.int64)


def _take(values: NDArray[np.generic], index: Ints) -> Ints:
    if not len(values):
        return np.zeros(len(index), dtype=np.int64)
    return values[np.maximum(index, 0)].astype(np.int64)


def _collapse(size: int, owner: Ints, at: Ints, code: Ints) -> Histories:
    order = np.argsort(owner * _SPAN + at, kind="stable")
    owner, at, code = owner[order], at[order], code[order]
    first = np.append(True, owner[1:] != owner[:-1]) if len(owner) else np.zeros(0, dtype=bool)
    changed = np.append(True, code[1:] != code[:-1]) if len(code) else np.zeros(0, dtype=bool)
    keep = (first & (code != 0)) | (~first & changed)
    return _packed(size, owner[keep], at[keep], code[keep])


def _packed(size: int, owner: Ints, at: Ints, code: Ints) -> Histories:
    offsets = np.searchsorted(owner, np.arange(size + 1, dtype=np.int64)).astype(np.int64)
    return Histories(offsets, at, code)
