"""How much did everybody do, and who answered whom, in the 90 days before each of some Mondays?

Mondays are taken in blocks: each event is read two or three times, day by day, and not for each of the thirteen weeks in which it
counts. Days are those of the brand's zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members import facts
from weilu.members.rules.histories import Ints
from weilu.members.rules.influence import WINDOW_DAYS, window_start

BLOCK = 8
"""Mondays read at once: an event is read two or three times, and the memory is that of five months."""
EPOCH = dt.date(1970, 1, 1)
Columns = tuple[Ints, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a day each, ascending by day: whom a row is about stands at `of` in `keys`, and `values` add up."""

    keys: Columns
    of: Ints
    day: Ints
    values: Columns

    def before(self, day: int) -> tuple[Columns, Columns]:
        """Keys with rows in the 90 days before a day; their sums, and as the last column on how many days."""
        begin, end = np.searchsorted(self.day, [day - WINDOW_DAYS, day])
        of = self.of[begin:end]
        days = np.bincount(of, minlength=len(self.keys[0])).astype(np.int64)
        there = np.flatnonzero(days)
        sums = (np.bincount(of, value[begin:end], len(days)).astype(np.int64) for value in self.values)
        return tuple(key[there] for key in self.keys), (*(each[there] for each in sums), days[there])


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts at one Monday (seconds), by scope; scope 0 is everything together."""

    monday: int
    _active: tuple[Columns, Columns]
    _whole: tuple[Columns, Columns]
    _tied: tuple[Columns, Columns]

    def active(self, scope: int) -> tuple[Ints, Ints, Ints]:
        """person, contributions, days with an interaction."""
        (scopes, people), (contributions, days) = self._active if scope else self._whole
        part = slice(*np.searchsorted(scopes, [scope, scope + 1]))
        return people[part], contributions[part], days[part]

    def tied(self, scope: int) -> tuple[Ints, Ints, Ints, Ints]:
        """source, goal, weight, answers; of all together once for each community."""
        (scopes, source, goal), (weight, answers, _) = self._tied
        part = slice(*np.searchsorted(scopes, [scope, scope + 1])) if scope else slice(None)
        return source[part], goal[part], weight[part], answers[part]


def tallies(
    mondays: Sequence[int], zone: str, communities: Collection[int] | None = None, known: int | None = None
) -> Iterator[Tally]:
    """One for each Monday 00:00 of the zone, in order."""
    for begin in range(0, len(mondays), BLOCK):
        yield from _block(mondays[begin : begin + BLOCK], zone, communities, known)


def _block(
    mondays: Sequence[int], zone: str, communities: Collection[int] | None, known: int | None
) -> Iterator[Tally]:
    rows = Rows(communities, since=window_start(mondays[0], zone), before=mondays[-1], known=known)
    active = client.query(*compiled.activity(rows, zone), seconds=facts.SECONDS)
    each = _counted(active, ("scope", "person"), ("contributions",))
    whole = _together(active)
    tied = client.query(*compiled.ties(rows, zone), seconds=facts.SECONDS)
    pairs = _counted(tied, ("scope", "source", "goal"), ("weight", "answers"))
    for monday in mondays:
        day = (dt.datetime.fromtimestamp(monday, ZoneInfo(zone)).date() - EPOCH).days
        yield Tally(monday, each.before(day), whole.before(day), pairs.before(day))


def _counted(table: pa.Table, names: Sequence[str], values: Sequence[str]) -> Counted:
    keys = [facts.ints(table.column(name)) for name in names]
    return _grouped(keys, facts.ints(table.column("day")), [facts.ints(table.column(one)) for one in values])


def _together(active: pa.Table) -> Counted:
    """The same over all communities: a day on which somebody was in two of them is one day."""
    person, day, count = (facts.ints(active.column(name)) for name in ("person", "day", "contributions"))
    key, place = np.unique((day << facts.WHO_BITS) + person, return_inverse=True)
    sums = np.bincount(place, count, len(key)).astype(np.int64)
    people = key & (2**facts.WHO_BITS - 1)
    return _grouped([np.zeros(len(key), dtype=np.int64), people], key >> facts.WHO_BITS, [sums])


def _grouped(keys: Sequence[Ints], day: Ints, values: Sequence[Ints]) -> Counted:
    """`keys` once each, in their order; rows keep theirs, which is by day."""
    order = np.lexsort(keys[::-1])
    sorted_keys = [key[order] for key in keys]
    changed = np.zeros(len(order), dtype=bool)
    changed[:1] = True
    for key in sorted_keys:
        changed[1:] |= key[1:] != key[:-1]
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.cumsum(changed) - 1
    return Counted(tuple(key[changed] for key in sorted_keys), of, day, tuple(values))
