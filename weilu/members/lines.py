"""How do whole histories travel between the column store and the rules? As columns: many members, few objects.

A history is a row of change points. Those of all members of one scope lie one behind the other, so that comparing, and
writing only what differs, costs no Python object per member.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weilu.core import clock
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle as compiled
from weilu.core.warehouse.compile.facts import Share
from weilu.members import facts
from weilu.members.rules.histories import Flags, Ints

BLOCK_LINES = 100_000
Points = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Histories of one key in one scope, `who` ascending: those of the n-th stand at offsets[n]:offsets[n+1]; `codes`
    index `values`. `version` is the stored row's, 0 for what is not stored."""

    key: str
    scope: int
    values: tuple[str, ...]
    who: Ints
    offsets: Ints
    froms: Ints
    codes: Ints
    version: Ints

    def __len__(self) -> int:
        return len(self.who)

    @property
    def lengths(self) -> Ints:
        return np.diff(self.offsets)

    def of(self, index: int) -> Points:
        """One history as (second, value)."""
        rows = slice(self.offsets[index], self.offsets[index + 1])
        codes = self.codes[rows].tolist()
        return [(at, self.values[code]) for at, code in zip(self.froms[rows].tolist(), codes, strict=True)]

    def take(self, index: Ints) -> Lines:
        """Some of them, in the order of `index`."""
        offsets, flat = _gathered(self.offsets, index)
        return Lines(
            self.key,
            self.scope,
            self.values,
            self.who[index],
            offsets,
            self.froms[flat],
            self.codes[flat],
            self.version[index],
        )


def stored(
    key: str,
    scopes: Sequence[int],
    values: tuple[str, ...],
    people: Collection[int] | None = None,
    share: Share | None = None,
) -> dict[int, Lines]:
    """The histories of each of these scopes as they stand: of all, of some people, or of a share of them."""
    sql = compiled.stored([key], people, scopes, share)
    rows = client.query(*sql, seconds=facts.SECONDS)
    owner = facts.ints(rows.column("scope"))
    edges = zip(scopes, np.searchsorted(owner, scopes), np.searchsorted(owner, scopes, "right"), strict=True)
    return {scope: _read(key, scope, values, rows.slice(begin, end - begin)) for scope, begin, end in edges}


def _read(key: str, scope: int, values: tuple[str, ...], rows: pa.Table) -> Lines:
    froms, vals = rows.column("froms").combine_chunks(), rows.column("vals").combine_chunks()
    lengths = facts.ints(froms.value_lengths())
    codes = pc.index_in(vals.flatten(), value_set=pa.array(values, vals.type.value_type))
    return Lines(
        key,
        scope,
        values,
        facts.ints(rows.column("who")),
        np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]),
        facts.ints(froms.flatten().cast(pa.int64())),
        facts.ints(codes),
        facts.ints(rows.column("version")),
    )


def read_lines(rows: pa.Table) -> Iterable[tuple[str, int, int, Points, int]]:
    """Rows of `timelines` of few members, one by one, with their change points as (second, value)."""
    froms = rows.column("froms").cast(pa.list_(pa.int64())).to_pylist()
    columns = (rows.column(name).to_pylist() for name in ("key", "scope", "who", "vals", "version"))
    for (key, scope, who, vals, version), moments in zip(zip(*columns, strict=True), froms, strict=True):
        yield key, scope, who, list(zip(moments, vals, strict=True)), version


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be written so that the store says what `new` says; `before` holds the histories that it said so far,
    one for each of `lines`, empty where there was none."""

    lines: Lines
    before: Lines


def differing(new: Lines, old: Lines) -> Difference:
    """Histories that are new or differ, and, as empty ones, those of which nothing is left."""
    place = np.minimum(np.searchsorted(old.who, new.who), max(0, len(old) - 1))
    known = old.who[place] == new.who if len(old) else np.zeros(len(new), dtype=bool)
    place = np.where(known, place, -1)
    changed = np.flatnonzero(~_same(new, old, place))
    gone = np.flatnonzero((old.lengths > 0) & ~np.isin(old.who, new.who))
    before = np.concatenate([place[changed], gone])
    lines = _joined(new.take(changed), _emptied(old.take(gone)))
    told = _or_empty(old, before, lines.who)
    version = np.maximum(clock.now_ms(), told.version + 1)
    order = np.argsort(lines.who, kind="stable")
    return Difference(_versioned(lines, version).take(order), told.take(order))


def _same(new: Lines, old: Lines, place: Ints) -> Flags:
    """Whether each new history equals the old one at `place`; none (-1) equals an empty one."""
    lengths = np.where(place >= 0, np.append(old.lengths, 0)[place], 0)
    same: Flags = new.lengths == lengths
    index = np.flatnonzero(same & (place >= 0))
    _, mine = _gathered(new.offsets, index)
    _, theirs = _gathered(old.offsets, place[index])
    differing = (new.froms[mine] != old.froms[theirs]) | (new.codes[mine] != old.codes[theirs])
    owner = np.repeat(index, new.lengths[index])
    same[owner[differing]] = False
    return same


def _gathered(offsets: Ints, index: Ints) -> tuple[Ints, Ints]:
    """New offsets, and the places of the points of these histories one behind the other."""
    lengths = (offsets[1:] - offsets[:-1])[index]
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    flat = np.arange(ends[-1], dtype=np.int64) + np.repeat(offsets[index] - ends[:-1], lengths)
    return ends, flat


def _emptied(lines: Lines) -> Lines:
    none = np.zeros(0, dtype=np.int64)
    zeros = np.zeros(len(lines) + 1, dtype=np.int64)
    return Lines(lines.key, lines.scope, lines.values, lines.who, zeros, none, none, lines.version)


def _or_empty(old: Lines, place: Ints, who: Ints) -> Lines:
    """The histories at `place`, an empty one with version 0 for -1."""
    more = _joined(old, _emptied(_unknown(old)))
    taken = more.take(np.where(place >= 0, place, len(old)))
    return Lines(old.key, old.scope, old.values, who, taken.offsets, taken.froms, taken.codes, taken.version)


def _unknown(old: Lines) -> Lines:
    zero, none = np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return Lines(old.key, old.scope, old.values, zero, np.zeros(2, dtype=np.int64), none, none, zero)


def _joined(one: Lines, two: Lines) -> Lines:
    return Lines(
        one.key,
        one.scope,
        one.values,
        np.concatenate([one.who, two.who]),
        np.concatenate([one.offsets, one.offsets[-1] + two.offsets[1:]]),
        np.concatenate([one.froms, two.froms]),
        np.concatenate([one.codes, two.codes]),
        np.concatenate([one.version, two.version]),
    )


def _versioned(lines: Lines, version: Ints) -> Lines:
    return Lines(
        lines.key, lines.scope, lines.values, lines.who, lines.offsets, lines.froms, lines.codes, version
    )


def write(found: Sequence[tuple[Lines, int]], upto: int) -> int:
    """Lines, each with the version of its rule, into `weilu.timelines`: a block for each hundred thousand; returns how many."""
    tables = [_table(lines, rule, upto) for lines, rule in found if len(lines)]
    if tables:
        whole = pa.concat_tables(tables)
        for begin in range(0, len(whole), BLOCK_LINES):
            client.insert("weilu.timelines", whole.slice(begin, BLOCK_LINES).combine_chunks())
    return sum(map(len, tables))


def _table(lines: Lines, rule: int, upto: int) -> pa.Table:
    offsets = pa.array(lines.offsets, pa.int32())
    values = pa.array(lines.values, pa.string()).take(pa.array(lines.codes))
    size = len(lines)
    return pa.table(
        {
            "key": pa.repeat(pa.scalar(lines.key, pa.string()), size),
            "scope": pa.repeat(pa.scalar(lines.scope, pa.uint32()), size),
            "who": pa.array(lines.who).cast(pa.uint32()),
            "froms": pa.ListArray.from_arrays(offsets, pa.array(lines.froms).cast(pa.uint32())),
            "vals": pa.ListArray.from_arrays(offsets, values),
            "rule": pa.repeat(pa.scalar(rule, pa.uint32()), size),
            "upto": pa.repeat(pa.scalar(upto, pa.uint64()), size),
            "version": pa.array(lines.version).cast(pa.uint64()),
        }
    )
