"""Who is in, who came, who went?

A seat is one identity in one community. It is taken at its first event of any kind; leaving gives it up; a joining or any
interaction takes it again. A person is in while any of their seats is taken. Of what happens in one millisecond, leaving
comes last. This is the rule of the members' room too (`members.rules.lifecycle`), here straight from the events.
"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse.compile.rows import (
    COMMUNITY,
    EACH_ROW,
    Rows,
    Series,
    by_column,
    running,
    step,
)
from weilu.core.warehouse.compile.source import Bound, Run, bucket, doing, events, person, place
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, Joins, Leaves, Members, Silent

HANDLES = (Members, Joins, Leaves, Silent)
FAST: frozenset[str | None] = frozenset({None, COMMUNITY})
JOINED, LEFT = "member.joined", "member.left"


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """Members and the silent: each (bucket, community, person). Joins and leaves: the event that began or ended it."""
    has = frozenset({COMMUNITY})
    if isinstance(measure, Joins | Leaves):
        which = "change > 0" if isinstance(measure, Joins) else "change <= 0"
        moves = _moves(frame, bound, "community, person")
        return Rows(
            f"""SELECT {step(bound, frame, "moment")} AS at, community, person, position AS unit
            FROM ({moves}) WHERE {which} AND moment >= {bound(frame.start, "UInt32")}""",
            EACH_ROW,
            has,
        )
    inside = _inside(frame, bound)
    if isinstance(measure, Silent):
        inside = _without(inside, _speakers(measure, frame, bound), frame)
    return Rows(inside, has=has)


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """Members, joins and leaves from one walk over the seats; the silent by their rows."""
    found: dict[Base, Series] = {}
    walked = [one for one in measures if not isinstance(one, Silent)]
    together = len(frame.communities) == 1 or frame.breakdown == COMMUNITY
    for group, several in (
        ("community, person", [one for one in walked if together or not isinstance(one, Members)]),
        ("person", [one for one in walked if not together and isinstance(one, Members)]),
    ):
        if several:
            found |= _walk(several, group, frame, run)
    return found | {one: _silent(one, frame, run) for one in measures if isinstance(one, Silent)}


def _walk(measures: Sequence[Base], group: str, frame: Frame, run: Run) -> dict[Base, Series]:
    bound = Bound()
    table = run(
        f"""SELECT {step(bound, frame, "moment")} AS at, {by_column(frame)} AS by,
        sum(change) AS level, countIf(change > 0) AS began, countIf(change <= 0) AS ended
        FROM ({_moves(frame, bound, group)}) GROUP BY at, by""",
        bound.params,
    )
    rows_ = table.to_pylist()
    level = running({(row["at"], row["by"]): row["level"] for row in rows_}, frame.starts)
    began: Series = {(row["at"], row["by"]): row["began"] for row in rows_ if row["at"]}
    ended: Series = {(row["at"], row["by"]): row["ended"] for row in rows_ if row["at"]}
    names = {Members: level, Joins: began, Leaves: ended}
    return {one: names[type(one)] for one in measures}


def _silent(measure: Base, frame: Frame, run: Run) -> Series:
    bound = Bound()
    sql = rows(measure, frame, bound).sql
    table = run(
        f"SELECT at, {by_column(frame)} AS by, uniqExact(unit) AS n FROM ({sql}) GROUP BY at, by",
        bound.params,
    )
    return {(row["at"], row["by"]): row["n"] for row in table.to_pylist()}


def _inside(frame: Frame, bound: Bound) -> str:
    """One row for each bucket, community and person who is in at its end."""
    starts, ends = bound(frame.starts, "Array(UInt32)"), bound(frame.ends, "Array(UInt32)")
    return f"""SELECT at, community, person, person AS unit FROM (
        SELECT community, person, groupArray((moment, change)) AS moves
        FROM ({_moves(frame, bound, "community, person")}) GROUP BY community, person)
        ARRAY JOIN {starts} AS at, {ends} AS brink
        WHERE arraySum(x -> if(x.1 < brink, x.2, 0), moves) > 0"""


def _speakers(measure: Silent, frame: Frame, bound: Bound) -> str:
    columns = f"{bucket(bound, frame.starts)} AS at, community, {person(frame, bound)} AS person"
    return events(frame, bound, columns, doing(bound, measure.kinds), since=frame.start)


def _without(inside: str, speakers: str, frame: Frame) -> str:
    """Broken down by community, whoever was silent there; else whoever was silent in all of them."""
    key = "(at, community, person)" if frame.breakdown == COMMUNITY else "(at, person)"
    return f"SELECT * FROM ({inside}) WHERE {key} NOT IN (SELECT {key[1:-1]} FROM ({speakers}))"


def _moves(frame: Frame, bound: Bound, group: str) -> str:
    """Each coming (change 1) and going (-1) of a person; 0 for a going of whom nothing had been seen before."""
    return f"""SELECT {group}, toUInt32(intDiv(toUInt64(bitShiftRight(move.1, 64)), 2000)) AS moment,
        toUInt64(bitAnd(move.1, toUInt128(18446744073709551615))) AS position, move.2 AS change FROM (
        SELECT {group}, arraySort(groupArrayArray(steps)) AS all, arrayCumSum(x -> x.2, all) AS taken,
        arrayJoin(arrayFilter((x, n) -> (x.2 = 1 AND n = 1) OR (x.2 < 1 AND n = 0), all, taken)) AS move
        FROM (SELECT community, {person(frame, bound)} AS person, {_STEPS} AS steps
              FROM ({_seats(frame, bound)}) WHERE person != 0) GROUP BY {group})"""


_GOING = "bitAnd(toUInt64(bitShiftRight({}, 64)), 1)"
_STEPS = f"""arrayMap((s, i) -> (s, toInt8(if({_GOING.format("s")} = 0, 1, if(i = 1, 0, -1)))), kept, arrayEnumerate(kept))"""


def _seats(frame: Frame, bound: Bound) -> str:
    """Each seat with its comings and goings in order, as places whose low bit says going."""
    every = place(f"(kind = {bound(LEFT, 'String')})")
    leavers = events(frame, bound, "community, identity", f"kind = {bound(LEFT, 'String')}")
    matters = f"kind IN {bound((JOINED, LEFT), 'Array(String)')} OR {doing(bound, ())}"
    simple = events(frame, bound, f"community, identity, min({every}) AS first, [first] AS kept")
    eventful = events(
        frame,
        bound,
        f"community, identity, arraySort(arrayConcat([min({every})], groupArrayIf({every}, {matters}))) AS p",
        f"(community, identity) IN ({leavers})",
    )
    return f"""SELECT community, identity, kept FROM ({simple} GROUP BY community, identity
            HAVING countIf(kind = {bound(LEFT, "String")}) = 0)
        UNION ALL
        SELECT community, identity, arrayFilter((x, i) -> i = 1 OR {_GOING.format("x")} != {_GOING.format("p[i - 1]")},
            p, arrayEnumerate(p)) AS kept FROM ({eventful} GROUP BY community, identity)"""
