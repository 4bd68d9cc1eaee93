"""Who is in, who came, who went?

A seat is one identity in one community. It is taken at its first event of any kind; leaving gives it up; a joining or any
interaction takes it again. A person is in while any of their seats is taken. Of what happens in one millisecond, leaving
comes last. Where only members count, anonymous accounts take no seat. This is the rule of the members' room too (`members.rules.lifecycle`), here straight from the events.
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
from weilu.core.warehouse.compile.source import Bound, Run, bucket, doing, events, place, seat
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
        moves = _moves(frame, bound, "community, person", placed=True)
        return Rows(
            f"""SELECT {step(bound, frame, "moment")} AS at, community, person, position AS unit
            FROM ({moves}) WHERE {which} AND moment >= {bound(frame.start, "UInt32")}""",
            EACH_ROW,
            has,
        )
    inside = _inside(_moves(frame, bound, "community, person"), frame, bound)
    if isinstance(measure, Silent):
        inside = _without(inside, _speakers(measure, frame, bound), frame)
    return Rows(inside, has=has)


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """All of them from one walk over the seats; the silent with the help of those who spoke."""
    members, began, ended = _walk(frame, run)
    found: dict[Base, Series] = {Members(): members, Joins(): began, Leaves(): ended}
    for one in measures:
        if isinstance(one, Silent):
            found[one] = _silent(one, members, frame, run)
    return {one: found[one] for one in measures}


def _walk(frame: Frame, run: Run) -> tuple[Series, Series, Series]:
    """Members at the end of each bucket, joins and leaves in it.

    In one community (or community by community) they are the same steps. Over several a member of two is one: only their
    first coming and their last going change the number of members.
    """
    bound = Bound()
    together = len(frame.communities) == 1 or frame.breakdown == COMMUNITY
    moves = _moves(frame, bound, "community, person")
    table = run(
        _own_steps(moves, frame, bound) if together else _shared_steps(moves, frame, bound), bound.params
    )
    rows_ = table.to_pylist()
    level = running({(row["at"], row["by"]): row["level"] for row in rows_}, frame.starts)
    began: Series = {(row["at"], row["by"]): row["began"] for row in rows_ if row["at"]}
    ended: Series = {(row["at"], row["by"]): row["ended"] for row in rows_ if row["at"]}
    return level, began, ended


def _own_steps(moves: str, frame: Frame, bound: Bound) -> str:
    return f"""SELECT {step(bound, frame, "moment")} AS at, {by_column(frame)} AS by,
        sum(change) AS level, countIf(change > 0) AS began, countIf(change <= 0) AS ended
        FROM ({moves}) GROUP BY at, by"""


def _shared_steps(moves: str, frame: Frame, bound: Bound) -> str:
    return f"""SELECT {step(bound, frame, "moved.1")} AS at, '' AS by, sum(moved.3) AS level,
        countIf(moved.2 > 0) AS began, countIf(moved.2 <= 0) AS ended FROM (
        SELECT arraySort(x -> (x.1, -x.2), groupArray((moment, change))) AS all, arrayCumSum(x -> x.2, all) AS inside,
            arrayJoin(arrayMap((x, n) -> (x.1, x.2,
                toInt8(multiIf(x.2 = 1 AND n = 1, 1, x.2 = -1 AND n = 0, -1, 0))), all, inside)) AS moved
        FROM ({moves}) GROUP BY person) GROUP BY at"""


def _silent(measure: Silent, members: Series, frame: Frame, run: Run) -> Series:
    """The members less those who spoke and are in at the end; whoever spoke and never left is."""
    bound = Bound()
    who = "community, person" if frame.breakdown == COMMUNITY else "person"
    left = _eventful(frame, bound)
    table = run(
        f"""SELECT at, {by_column(frame)} AS by, uniqExact(person) AS n
        FROM ({_speakers(measure, frame, bound)}) WHERE person != 0 AND (person NOT IN ({left})
            OR (at, {who}) IN (SELECT at, {who} FROM ({_inside(_walked(frame, bound, "community, person"), frame, bound)}))) GROUP BY at, by""",
        bound.params,
    )
    spoke = {(row["at"], row["by"]): row["n"] for row in table.to_pylist()}
    return {key: (value or 0) - spoke.get(key, 0) for key, value in members.items()}


def _inside(moves: str, frame: Frame, bound: Bound) -> str:
    """One row for each bucket, community and person who by these moves is in at its end."""
    starts, ends = bound(frame.starts, "Array(UInt32)"), bound(frame.ends, "Array(UInt32)")
    return f"""SELECT at, community, person, person AS unit FROM (
        SELECT community, person, groupArray((moment, change)) AS moves FROM ({moves}) GROUP BY community, person)
        ARRAY JOIN {starts} AS at, {ends} AS brink
        WHERE arraySum(x -> if(x.1 < brink, x.2, 0), moves) > 0"""


def _speakers(measure: Silent, frame: Frame, bound: Bound) -> str:
    columns = f"{bucket(bound, frame.starts)} AS at, community, {seat(frame)} AS person"
    return events(frame, bound, columns, doing(bound, measure.kinds), since=frame.start)


def _without(inside: str, speakers: str, frame: Frame) -> str:
    """Broken down by community, whoever was silent there; else whoever was silent in all of them."""
    key = "(at, community, person)" if frame.breakdown == COMMUNITY else "(at, person)"
    return f"SELECT * FROM ({inside}) WHERE {key} NOT IN (SELECT {key[1:-1]} FROM ({speakers}))"


def _moves(frame: Frame, bound: Bound, group: str, *, placed: bool = False) -> str:
    """Each coming (change 1) and going (-1) of a person; 0 for a going of whom nothing had been seen before.

    Whoever never left came once and stays: that is most, and cheap. With `placed` the position of the event is told, too.
    """
    columns = f"{group}, moment, position, change" if placed else f"{group}, moment, change"
    return f"""SELECT {columns} FROM ({_steady(frame, bound, group, placed)})
        UNION ALL SELECT {columns} FROM ({_walked(frame, bound, group)})"""


def _steady(frame: Frame, bound: Bound, group: str, placed: bool) -> str:
    first = f"min({place()})" if placed else "min(toUnixTimestamp(happened))"
    rows_ = events(frame, bound, f"community, {seat(frame)} AS person, happened, ms, position")
    told = (
        f"{_MOMENT.format('first')} AS moment, first.2 AS position" if placed else "toUInt32(first) AS moment"
    )
    return f"""SELECT {group}, {told}, toInt8(1) AS change
        FROM (SELECT {group}, {first} AS first FROM ({rows_})
              WHERE person != 0 AND person NOT IN ({_eventful(frame, bound)}) GROUP BY {group})"""


def _walked(frame: Frame, bound: Bound, group: str) -> str:
    """The same for whoever ever left, step by step through their seats."""
    return f"""SELECT {group}, {_MOMENT.format("move.1")} AS moment, move.1.2 AS position, move.2 AS change FROM (
        SELECT {group}, arraySort(groupArrayArray(steps)) AS all, arrayCumSum(x -> x.2, all) AS taken,
        arrayJoin(arrayFilter((x, n) -> (x.2 = 1 AND n = 1) OR (x.2 < 1 AND n = 0), all, taken)) AS move
        FROM (SELECT community, person, {_STEPS} AS steps FROM ({_seats(frame, bound)})) GROUP BY {group})"""


_MOMENT = "toUInt32(intDiv({}.1, 2000))"
"""Seconds out of a place."""
_GOING = "bitAnd({}.1, 1)"
_STEPS = f"""arrayMap((s, i) -> (s, toInt8(if({_GOING.format("s")} = 0, 1, if(i = 1, 0, -1)))), kept, arrayEnumerate(kept))"""


def _eventful(frame: Frame, bound: Bound) -> str:
    return events(frame, bound, f"DISTINCT {seat(frame)} AS person", f"kind = {bound(LEFT, 'String')}")


def _seats(frame: Frame, bound: Bound) -> str:
    """Each seat of those who ever left, with its comings and goings in order, as places whose low bit says going."""
    every = place(f"(kind = {bound(LEFT, 'String')})")
    matters = f"kind IN {bound((JOINED, LEFT), 'Array(String)')} OR {doing(bound, ())}"
    columns = f"community, identity, {seat(frame)} AS who, {every} AS place, {matters} AS matters"
    rows_ = events(frame, bound, columns, f"{seat(frame)} IN ({_eventful(frame, bound)})")
    return f"""SELECT community, person,
        arrayFilter((x, i) -> i = 1 OR {_GOING.format("x")} != {_GOING.format("p[i - 1]")}, p, arrayEnumerate(p)) AS kept
        FROM (SELECT community, identity, any(who) AS person, arraySort(arrayConcat([min(place)], groupArrayIf(place, matters))) AS p
              FROM ({rows_}) GROUP BY community, identity) WHERE person != 0"""
