"""Which events follow one another, member by member? Kinds go through the store as numbers, in the order of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weilu.core.warehouse.compile.funnel import MOMENT
from weilu.core.warehouse.compile.source import Bound, doing, events, person
from weilu.core.warehouse.compile.where import any_of
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.paths import Paths

NUMBERS = 2**16


@dataclass(frozen=True, slots=True)
class Walks:
    """`kinds`: every name that may come up, ascending; at most 65,535 of them."""

    frame: Frame
    paths: Paths
    kinds: tuple[str, ...]


def counts(walks: Walks, bound: Bound) -> str:
    """SELECT path (places in `kinds`, from 1), members: the most taken first, among equals in the order of names."""
    return f"""SELECT path, count() AS members FROM ({_walked(walks, bound)}) GROUP BY path
        ORDER BY members DESC, path LIMIT {bound(walks.paths.top, "UInt32")}"""


def behind(walks: Walks, path: Sequence[int], bound: Bound) -> str:
    """SELECT unit: the members who took just this path."""
    return f"""SELECT who AS unit FROM ({_walked(walks, bound)})
        WHERE path = {bound(tuple(path), "Array(UInt16)")} ORDER BY unit"""


def _walked(walks: Walks, bound: Bound) -> str:
    """who, path: one row for each member who did the event."""
    paths = walks.paths
    depth = bound(paths.depth, "UInt8")
    if paths.backwards:
        part, slice_ = "arraySlice(places, 1, first)", f"arraySlice(kinds, -least({depth}, length(kinds)))"
    else:
        part, slice_ = "arraySlice(places, first)", f"arraySlice(kinds, 1, {depth})"
    sql = f"SELECT who, places, indexOf(arrayMap(p -> p.2 % 2, places), 1) AS first FROM ({_ordered(walks, bound)})"
    sql = f"SELECT who, places[first].1 AS begun, {part} AS walk FROM ({sql})"
    if paths.window is not None:
        window = bound(paths.window * 1000, "Int64")
        near = f"arrayFilter(p -> abs(toInt64(p.1) - toInt64(begun)) <= {window}, whole)"
        sql = f"SELECT who, {near} AS walk FROM (SELECT who, begun, walk AS whole FROM ({sql})) WHERE begun >= 0"
    sql = f"SELECT who, arrayMap(p -> toUInt16(intDiv(p.2, 2) % {NUMBERS}), walk) AS kinds FROM ({sql})"
    if paths.collapse:
        before = "arrayPushFront(arrayPopBack(every), toUInt16(0))"
        alone = f"arrayFilter((k, b) -> k != b, every, {before})"
        sql = f"SELECT who, {alone} AS kinds FROM (SELECT who, kinds AS every FROM ({sql}))"
    return f"SELECT who, {slice_} AS path FROM ({sql})"


def _ordered(walks: Walks, bound: Bound) -> str:
    """who and the places of their events in the order of the log: (moment, position · number of the kind · is it the event)."""
    rows = f"""SELECT who, groupArray(m) AS moments, groupArray(r) AS rests, minIf(m, r % 2 = 1) AS begun
        FROM ({_each(walks, bound)}) WHERE who != 0 GROUP BY who HAVING max(r % 2) = 1"""
    sql = f"SELECT who, moments, rests, begun, {_edge(walks, bound)} AS edge FROM ({rows}) WHERE length(moments) + begun > 0"
    near = "m <= begun AND m >= edge" if walks.paths.backwards else "m >= begun AND m <= edge"
    some = [f"arrayFilter((r, m) -> {near}, rests, moments)", f"arrayFilter(m -> {near}, moments)"]
    sql = f"SELECT who, {some[0]} AS near, {some[1]} AS at FROM ({sql}) WHERE length(moments) + begun + edge > 0"
    return f"SELECT who, arraySort(arrayMap((m, r) -> (m, r), at, near)) AS places FROM ({sql})"


def _edge(walks: Walks, bound: Bound) -> str:
    """Beyond which moment nothing can be on a member's path, which holds so many events: those of the moment it begins with may
    come before it. Where repeats count once nobody knows how many events make it."""
    sorted_, than = ("arrayReverseSort", "<=") if walks.paths.backwards else ("arraySort", ">=")
    if walks.paths.collapse:
        return f"{sorted_}(moments)[-1]"
    near = f"{sorted_}(arrayFilter(m -> m {than} begun, moments))"
    most = f"{bound(walks.paths.depth, 'UInt8')} + countEqual(moments, begun)"
    return f"{near}[least({most}, arrayCount(m -> m {than} begun, moments))]"


def _each(walks: Walks, bound: Bound) -> str:
    frame, paths = walks.frame, walks.paths
    names = bound(walks.kinds, "Array(String)")
    numbers = bound(tuple(range(1, len(walks.kinds) + 1)), "Array(UInt16)")
    number = f"transform(toString(kind), {names}, {numbers}, toUInt16(0))"
    start = doing(bound, (paths.event,))
    where = f"NOT ({any_of(paths.exclude, bound)})" if paths.exclude else "1"
    columns = f"{person(frame)} AS who, {MOMENT} AS m, (position * {NUMBERS} + {number}) * 2 + ({start}) AS r"
    return events(frame, bound, columns, where, since=frame.start)
