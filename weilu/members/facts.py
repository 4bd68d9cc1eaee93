"""What do the logged events say about many memberships at once? Reads the column store into the rules' columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from weilu.core.directory.queries import sources
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members.rules import histories
from weilu.members.rules.histories import Columns, Flags, Ints
from weilu.members.rules.lifecycle import Seat, presence

WHO_BITS = 32
SECONDS = 60
Returns = dict[tuple[int, int], tuple[int, ...]]
"""(community, identity) → interactions that show somebody back after leaving, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """Facts of memberships in the order of (scope, who); scope 0 is the whole person."""

    scope: Ints
    who: Ints
    columns: Columns

    def of_scope(self, scope: int) -> Memberships:
        """Those of one scope; they lie side by side."""
        begin, end = (int(edge) for edge in np.searchsorted(self.scope, [scope, scope + 1]))
        return Memberships(self.scope[begin:end], self.who[begin:end], _part(self.columns, begin, end))

    def of(self, people: Collection[int]) -> Memberships:
        """Those of these people; of one scope, whose members then stand in the order of `who`."""
        kept = np.isin(self.who, np.fromiter(people, dtype=np.int64))
        place = np.cumsum(kept) - 1
        bout, change = kept[self.columns.bout_owner], kept[self.columns.change_owner]
        columns = Columns(
            int(kept.sum()),
            place[self.columns.bout_owner[bout]],
            self.columns.bout_start[bout],
            self.columns.bout_end[bout],
            place[self.columns.change_owner[change]],
            self.columns.change_at[change],
            self.columns.change_inside[change],
        )
        return Memberships(self.scope[kept], self.who[kept], columns)

    def scopes(self) -> list[int]:
        return [int(scope) for scope in np.unique(self.scope)]


def read(rows: Rows, gap: int, *, each: bool = True, whole: bool = True, spoken: bool = True) -> Memberships:
    """Memberships of the people behind `rows`: with `each` those in the communities, with `whole` also each person over
    all that `rows` holds, as far as they are members and not visitors.

    `gap` must not exceed that of any thresholds the facts are judged by. Without `spoken` the bouts are left out: enough
    to say who is in.
    """
    seats = client.query(*compiled.seats(rows), seconds=SECONDS)
    back = client.query(*compiled.returns(rows), seconds=SECONDS).to_pylist()
    returns = {(row["community"], row["identity"]): tuple(row["back"]) for row in back}
    runs = [
        client.query(*compiled.bouts(rows, gap, whole_person=one), seconds=SECONDS)
        for one in (False, True)
        if spoken and (whole if one else each)
    ]
    keys, seat = _memberships(seats, each=each, whole=whole)
    owners, places = np.unique(keys, return_inverse=True)
    owner, at, inside = _changes(seats, returns, places, seat, len(owners))
    bouts = _bouts(owners, pa.concat_tables(runs)) if runs else (_none(), _none(), _none())
    return Memberships(
        owners >> WHO_BITS,
        owners & (2**WHO_BITS - 1),
        Columns(len(owners), *bouts, owner, at, inside),
    )


def _memberships(seats: pa.Table, *, each: bool, whole: bool) -> tuple[Ints, Ints]:
    """The key (scope, who) of each seat and its row; asked for both, each seat stands twice. Community 0 is no membership, and
    an anonymous account none of the whole person's, nor of a chat: only sources have visitors among those whom they know."""
    community, person = ints(seats.column("community")), ints(seats.column("person"))
    rows = np.arange(len(person), dtype=np.int64)
    named = ints(seats.column("named")) > 0
    placed = (community > 0) & (named | np.isin(community, sources()))
    keys = [((community << WHO_BITS) + person)[placed]] * each + [person[named]] * whole
    found = [rows[placed]] * each + [rows[named]] * whole
    return np.concatenate(keys), np.concatenate(found)


def _changes(
    seats: pa.Table, returns: Returns, owner: Ints, seat: Ints, size: int
) -> tuple[Ints, Ints, Flags]:
    """When each membership began and ended. Who never left and joined no seat twice needs no walk; most are like that."""
    joins, leaves = (seats.column(name).combine_chunks() for name in ("joins", "leaves"))
    plain = (ints(leaves.value_lengths()) == 0) & (ints(joins.value_lengths()) <= 1)
    simple = np.bincount(owner, ~plain[seat], minlength=size)[owner] == 0
    begun = histories.begun(ints(seats.column("first")), _single(joins), owner[simple], seat[simple])
    walked = _walked(seats, returns, owner[~simple], seat[~simple])
    owners, moments, inside = np.concatenate([begun, walked]).T
    order = np.lexsort((np.arange(len(owners)), moments, owners))
    return owners[order], moments[order], inside[order].astype(bool)


def _walked(seats: pa.Table, returns: Returns, owner: Ints, seat: Ints) -> Ints:
    """(owner, moment, inside) of memberships whose presence must be followed step by step."""
    used, places = np.unique(seat, return_inverse=True)
    some = seats.take(pa.array(used))
    columns = (
        some.column(name).to_pylist() for name in ("community", "identity", "first", "joins", "leaves")
    )
    made = [
        Seat(first, tuple(joins), tuple(leaves), returns.get((community, identity), ()))
        for community, identity, first, joins, leaves in zip(*columns, strict=True)
    ]
    together: dict[int, list[Seat]] = {}
    for one, place in zip(owner.tolist(), places.tolist(), strict=True):
        together.setdefault(one, []).append(made[place])
    found = [(one, change.at, change.inside) for one, held in together.items() for change in presence(held)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _single(lists: pa.Array) -> Ints:
    """The first element of each list, -1 where it is empty."""
    lengths = ints(lists.value_lengths())
    found = np.full(len(lengths), -1, dtype=np.int64)
    starts = (
        np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
    )
    filled = lengths > 0
    found[filled] = ints(lists.flatten())[starts[filled]]
    return found


def _bouts(owners: Ints, runs: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Flat bouts in the order of their owner's key. Rows of community 0 belong to no membership of a community."""
    key = (ints(runs.column("scope")) << WHO_BITS) + ints(runs.column("person"))
    starts, ends = runs.column("starts").combine_chunks(), runs.column("ends").combine_chunks()
    lengths = ints(starts.value_lengths())
    known = np.repeat(np.isin(key, owners), lengths)
    owner = np.repeat(np.searchsorted(owners, key), lengths)[known]
    order = np.argsort(owner, kind="stable")
    return owner[order], ints(starts.flatten())[known][order], ints(ends.flatten())[known][order]


def ints(column: pa.Array | pa.ChunkedArray) -> Ints:
    """A column of numbers without gaps."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(values.to_numpy(zero_copy_only=False)).astype(np.int64)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


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
