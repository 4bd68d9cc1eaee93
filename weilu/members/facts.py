"""What do the logged events say about many memberships at once? Reads the column store into the rules' columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members.rules.histories import Columns, Ints
from weilu.members.rules.lifecycle import Seat, presence

WHO_BITS = 32
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Memberships:
    """Facts of memberships in the order of (scope, who); scope 0 is the whole person."""

    scope: Ints
    who: Ints
    columns: Columns

    def of_scope(self, scope: int) -> Memberships:
        """Those of one scope; they lie side by side."""
        begin, end = np.searchsorted(self.scope, [scope, scope + 1])
        return Memberships(
            self.scope[begin:end], self.who[begin:end], _part(self.columns, int(begin), int(end))
        )

    def scopes(self) -> list[int]:
        return [int(scope) for scope in np.unique(self.scope)]


def read(rows: Rows, gap: int, *, whole: bool = True) -> Memberships:
    """Memberships of the people behind `rows`; with `whole`, also each person over all communities that `rows` holds.

    `gap` must not exceed that of any thresholds the facts are judged by.
    """
    seats = client.query(*compiled.seats(rows), seconds=SECONDS)
    runs = [client.query(*compiled.bouts(rows, gap, whole_person=False), seconds=SECONDS)]
    if whole:
        runs.append(client.query(*compiled.bouts(rows, gap, whole_person=True), seconds=SECONDS))
    return _assemble(list(_by_membership(seats, _returns(rows), whole=whole)), pa.concat_tables(runs))


def _returns(rows: Rows) -> dict[tuple[int, int], tuple[int, ...]]:
    """(community, identity) → interactions that show somebody back after leaving."""
    found = client.query(*compiled.returns(rows), seconds=SECONDS).to_pylist()
    return {(row["community"], row["identity"]): tuple(row["back"]) for row in found}


def _by_membership(
    seats: pa.Table, returns: dict[tuple[int, int], tuple[int, ...]], *, whole: bool
) -> Iterator[tuple[int, int, list[Seat]]]:
    found: dict[tuple[int, int], list[Seat]] = {}
    columns = [
        seats.column(name).to_pylist()
        for name in ("community", "person", "identity", "first", "joins", "leaves")
    ]
    for community, person, identity, first, joins, leaves in zip(*columns, strict=True):
        seat = Seat(first, tuple(joins), tuple(leaves), returns.get((community, identity), ()))
        if community:
            found.setdefault((community, person), []).append(seat)
        if whole:
            found.setdefault((0, person), []).append(seat)
    for scope, person in sorted(found):
        yield scope, person, found[scope, person]


def _assemble(memberships: list[tuple[int, int, list[Seat]]], runs: pa.Table) -> Memberships:
    scope = np.fromiter((one[0] for one in memberships), dtype=np.int64, count=len(memberships))
    who = np.fromiter((one[1] for one in memberships), dtype=np.int64, count=len(memberships))
    changes = [
        (owner, change.at, change.inside)
        for owner, (_, _, seats) in enumerate(memberships)
        for change in presence(seats)
    ]
    change = np.array(changes, dtype=np.int64).reshape(-1, 3)
    owner, start, end = _bouts((scope << WHO_BITS) + who, runs)
    inside = change[:, 2].astype(bool)
    return Memberships(
        scope, who, Columns(len(memberships), owner, start, end, change[:, 0], change[:, 1], inside)
    )


def _bouts(keys: Ints, runs: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Flat bouts in the order of their owner's key. Rows of community 0 belong to no membership of a community."""
    key = (_ints(runs.column("scope")) << WHO_BITS) + _ints(runs.column("person"))
    starts, ends = runs.column("starts").combine_chunks(), runs.column("ends").combine_chunks()
    lengths = _ints(starts.value_lengths())
    found = np.searchsorted(keys, key)
    owner = np.repeat(found, lengths)
    known = np.repeat(np.isin(key, keys), lengths)
    start, end = _ints(starts.flatten())[known], _ints(ends.flatten())[known]
    owner = owner[known]
    order = np.argsort(owner, kind="stable")
    return owner[order].astype(np.int64), start[order], end[order]


def _ints(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(
        column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    ).astype(np.int64)


def _part(columns: Columns, begin: int, end: int) -> Columns:
    bout = slice(*np.searchsorted(columns.bout_owner, [begin, end]))
    change = slice(*np.searchsorted(columns.change_owner, [begin, end]))
    return Columns(
        end - begin,
        columns.bout_owner[bout] - begin,
        columns.bout_start[bout],
        columns.bout_end[bout],
        columns.change_owner[change] - begin,
        columns.change_at[change],
        columns.change_inside[change],
    )
