"""In which state is a membership, and since when does somebody count as in or out?

Moments are whole seconds since 1970, except in `Seat`, which keeps milliseconds for their order. A *seat* is one identity
in one community; a membership is one person in one community, so it may hold several seats; the person over all
communities holds all of theirs. A *bout* is a run of interactions without a gap of `gap` seconds or more: nothing else
about the single interactions matters to a state, and a year of chat becomes a handful of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

DAY = 86_400
RULE_VERSION = 1

NOT_A_MEMBER = ""
NEW, ACTIVE, RETURNING, DORMANT, CHURNED = "new", "active", "returning", "dormant", "churned"
STATES = (NEW, ACTIVE, RETURNING, DORMANT, CHURNED)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Whole days. The defaults are those of the house; a community may keep its own."""

    new_days: int = 7
    active_days: int = 14
    pause_days: int = 14
    return_days: int = 14
    churn_days: int = 60

    @property
    def gap(self) -> int:
        """Seconds below which two interactions belong to one bout."""
        return min(self.active_days, self.pause_days) * DAY


@dataclass(frozen=True, slots=True)
class Version:
    """Thresholds, valid from a moment on. `number` 0 is what the house brings."""

    valid_from: int
    thresholds: Thresholds
    number: int = 0


HOUSE = (Version(0, Thresholds()),)


@dataclass(frozen=True, slots=True)
class Seat:
    """What is known of one identity in one community, in milliseconds.

    `back` holds, for each leaving that an interaction followed, the first such interaction: who speaks is there.
    """

    first: int
    joins: tuple[int, ...] = ()
    leaves: tuple[int, ...] = ()
    back: tuple[int, ...] = ()


class Change(NamedTuple):
    at: int
    inside: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a state depends on: bouts as (first, last) moments, and the changes of presence, both in order."""

    bouts: tuple[tuple[int, int], ...]
    changes: tuple[Change, ...]


def presence(seats: Sequence[Seat]) -> tuple[Change, ...]:
    """When did the person come and go? They are in while any seat is; a second seat does not make them new again.

    A join of the only seat taken counts anew (its leaving was not seen). In one millisecond joining comes before leaving,
    so the order in which files were imported changes nothing.
    """
    if len(seats) == 1 and not seats[0].leaves and len(seats[0].joins) <= 1:
        return _simple(seats[0])
    inside: set[int] = set()
    changes: list[Change] = []
    for at, leaving, seat, seen in sorted(_steps(seats)):
        if leaving:
            inside.discard(seat)
            if not inside and changes[-1].inside:
                changes.append(Change(at // 1000, False))
        elif not (seen and seat in inside):
            if not inside - {seat}:
                changes.append(Change(at // 1000, True))
            inside.add(seat)
    return tuple(changes)


def _simple(seat: Seat) -> tuple[Change, ...]:
    moments = sorted({seat.first // 1000, *(at // 1000 for at in seat.joins)})
    return tuple(Change(at, True) for at in moments)


def _steps(seats: Sequence[Seat]) -> Iterable[tuple[int, bool, int, bool]]:
    for index, seat in enumerate(seats):
        yield seat.first, False, index, True
        yield from ((at, False, index, True) for at in seat.back)
        yield from ((at, False, index, False) for at in seat.joins)
        yield from ((at, True, index, False) for at in seat.leaves)


def bouts(moments: Iterable[int], gap: int) -> tuple[tuple[int, int], ...]:
    """Interaction moments in any order as runs without a gap of `gap` seconds or more."""
    runs: list[tuple[int, int]] = []
    for moment in sorted(moments):
        if runs and moment - runs[-1][1] < gap:
            runs[-1] = (runs[-1][0], moment)
        else:
            runs.append((moment, moment))
    return tuple(runs)


def state_at(facts: Facts, limits: Thresholds, moment: int) -> str:
    """The state in force at a moment, by the ordered rules: churned, new, returning, active, else dormant.

    Somebody who came back after leaving is measured from then: the 60 days run from the last interaction or the last
    joining, whichever is later.
    """
    past = [change for change in facts.changes if change.at <= moment]
    if not past:
        return NOT_A_MEMBER
    joined = max((change.at for change in past if change.inside), default=None)
    last = max((min(end, moment) for start, end in facts.bouts if start <= moment), default=None)
    if not past[-1].inside or joined is None:
        return CHURNED
    if moment - max(joined, joined if last is None else last) >= limits.churn_days * DAY:
        return CHURNED
    if moment - joined < limits.new_days * DAY:
        return NEW
    if last is not None and moment - last < limits.active_days * DAY:
        back = pause_ended(facts.bouts, limits, moment)
        returned = back is not None and moment - back < limits.return_days * DAY
        return RETURNING if returned else ACTIVE
    return DORMANT


def pause_ended(runs: Sequence[tuple[int, int]], limits: Thresholds, moment: int) -> int | None:
    """When did the last pause of at least `pause_days` end, at or before the moment?"""
    ended = None
    for (_, before), (start, _) in pairwise(runs):
        if start <= moment and start - before >= limits.pause_days * DAY:
            ended = start
    return ended


def in_force(versions: Sequence[Version], moment: int) -> Version:
    """The thresholds valid at a moment; before the first change, those of the first row."""
    return max(
        (v for v in versions if v.valid_from <= moment),
        key=lambda v: (v.valid_from, v.number),
        default=versions[0],
    )


def problem(limits: Thresholds) -> str | None:
    """Which rule do these thresholds break? `None` where they can be used. The word is a key for the form."""
    days = (limits.new_days, limits.active_days, limits.pause_days, limits.return_days, limits.churn_days)
    if min(days) < 1 or max(days) > 3650:
        return "range"
    if limits.churn_days <= limits.active_days or limits.churn_days <= limits.new_days:
        return "churn"
    return None
