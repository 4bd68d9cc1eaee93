"""Of those who came on a day, how many took part so many days later?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weilu.core.warehouse.compile.firsts import JOINED, MESSAGE, first_group, looking_ahead
from weilu.core.warehouse.compile.rows import COMMUNITY, Rows, Series, by_column
from weilu.core.warehouse.compile.source import Bound, Run, bucket, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, Newcomers, Stayed

HANDLES = (Newcomers, Stayed)
FAST: frozenset[str | None] = frozenset({None, COMMUNITY})
HAS = frozenset({COMMUNITY})


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    assert isinstance(measure, Newcomers | Stayed)
    came = _newcomers(measure.days, frame, bound)
    if isinstance(measure, Stayed):
        came = f"SELECT * FROM ({came}) WHERE {_came_back(measure.days, frame, bound)}"
    return Rows(came, has=HAS)


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """Those who came and those of them who stayed, together."""
    found: dict[Base, Series] = {}
    for days in dict.fromkeys(one.days for one in measures if isinstance(one, Newcomers | Stayed)):
        bound = Bound()
        table = run(
            f"""SELECT at, {by_column(frame)} AS by, count() AS came, countIf({_came_back(days, frame, bound)}) AS back
            FROM ({_newcomers(days, frame, bound)}) GROUP BY at, by""",
            bound.params,
        ).to_pylist()
        found[Newcomers(days)] = {(row["at"], row["by"]): row["came"] for row in table}
        found[Stayed(days)] = {(row["at"], row["by"]): row["back"] for row in table}
    return {one: found[one] for one in measures}


def _newcomers(days: int, frame: Frame, bound: Bound) -> str:
    """With the start of the local day on which they would be seen again.

    Day 0 is told by all that is known, also after the span: else a day would mean one thing alone and another in its week.
    """
    starts = frame.days(after=days)
    day_zero = starts[: len(starts) - days - 1]
    again = tuple(starts[n + days] if starts[n + days + 1] <= frame.over else 0 for n in range(len(day_zero)))
    columns = f"community, {person(frame)} AS person, toUInt32(happened) AS moment, kind"
    sql = events(
        replace(frame, until=frame.horizon),
        bound,
        columns,
        f"kind IN {bound((JOINED, MESSAGE), 'Array(String)')}",
    )
    joined = f"kind = {bound(JOINED, 'String')}"
    group = first_group(frame)
    return f"""SELECT {bucket(bound, frame.starts, "first")} AS at, {group}, person AS unit,
        transform({bucket(bound, day_zero, "first")}, {bound(day_zero, "Array(UInt32)")},
            {bound(again, "Array(UInt32)")}, toUInt32(0)) AS again
        FROM (SELECT {group}, if(countIf({joined}) > 0, minIf(moment, {joined}), min(moment)) AS first
              FROM ({sql}) WHERE person != 0 GROUP BY {group})
        WHERE first >= {bound(frame.start, "UInt32")} AND first < {bound(frame.until, "UInt32")} AND again != 0"""


def _came_back(days: int, frame: Frame, bound: Bound) -> str:
    starts = frame.days(after=days)
    group = first_group(frame)
    later = looking_ahead(frame, starts[-1])
    columns = f"community, {person(frame)} AS person, {bucket(bound, starts[days:-1])} AS again"
    active = events(later, bound, columns, "interaction = 1", since=starts[days])
    return f"({group}, again) IN (SELECT {group}, again FROM ({active}))"
