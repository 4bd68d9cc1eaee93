"""Of those who started in a period, how many came back in the ones after it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from weilu.core.warehouse.compile.source import Bound, bucket, doing, events, person
from weilu.core.warehouse.frame import Frame


@dataclass(frozen=True, slots=True)
class Cohorts:
    """`frame` holds the cohorts; `starts` begin with theirs and go on through all periods that are asked for.

    A cohort are those who did `start` in it for the first time in these communities, with `every` all who did it in it.
    """

    frame: Frame
    start: str
    comeback: str
    starts: tuple[int, ...]
    end: int
    periods: int
    every: bool


def sizes(asked: Cohorts, bound: Bound) -> str:
    """SELECT cohort (from 1), size."""
    return f"SELECT cohort, uniqExact(person) AS size FROM ({_started(asked, bound)}) GROUP BY cohort"


def returned(asked: Cohorts, bound: Bound) -> str:
    """SELECT cohort, period (0 is the cohort's own), returned."""
    return f"""SELECT cohort, period, uniqExact(person) AS returned FROM ({_returns(asked, bound)})
        GROUP BY cohort, period"""


def behind(asked: Cohorts, cohort: int, period: int | None, bound: Bound) -> str:
    """SELECT DISTINCT unit: who returned in one period of one cohort, or the whole cohort."""
    number = bound(cohort, "UInt16")
    if period is None:
        return f"SELECT DISTINCT person AS unit FROM ({_started(asked, bound)}) WHERE cohort = {number} ORDER BY unit"
    return f"""SELECT DISTINCT person AS unit FROM ({_returns(asked, bound)})
        WHERE cohort = {number} AND period = {bound(period, "UInt16")} ORDER BY unit"""


def _started(asked: Cohorts, bound: Bound) -> str:
    frame = asked.frame
    starts = bound(frame.starts, "Array(UInt32)")
    where = doing(bound, (asked.start,))
    if asked.every:
        columns = f"{bucket(bound, frame.starts)} AS at, {person(frame)} AS person"
        sql = events(frame, bound, columns, where, since=frame.start)
        return f"SELECT DISTINCT toUInt16(indexOf({starts}, at)) AS cohort, person FROM ({sql}) WHERE person != 0"
    sql = events(frame, bound, f"toUInt32(happened) AS moment, {person(frame)} AS person", where)
    return f"""SELECT toUInt16(indexOf({starts}, {bucket(bound, frame.starts, "first")})) AS cohort, person FROM (
        SELECT person, min(moment) AS first FROM ({sql}) WHERE person != 0 GROUP BY person)
        WHERE first >= {bound(frame.start, "UInt32")}"""


def _returns(asked: Cohorts, bound: Bound) -> str:
    later = replace(asked.frame, until=min(asked.end, asked.frame.horizon))
    index = f"indexOf({bound(asked.starts, 'Array(UInt32)')}, {bucket(bound, asked.starts)})"
    columns = f"{person(later)} AS person, toInt32({index}) AS place"
    back = events(later, bound, columns, doing(bound, (asked.comeback,)), since=asked.starts[0])
    return f"""SELECT c.cohort AS cohort, c.person AS person,
            toUInt16(arrayJoin(arrayFilter(n -> n >= 0 AND n < {bound(asked.periods, "Int32")},
                arrayMap(p -> p - toInt32(c.cohort), r.places)))) AS period
        FROM ({_started(asked, bound)}) AS c
        ALL INNER JOIN (SELECT person, groupUniqArray(place) AS places FROM ({back}) WHERE person != 0 GROUP BY person) AS r
        ON r.person = c.person"""
