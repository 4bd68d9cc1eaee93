"""Of those who started in a period, how many came back in the ones after it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from weilu.core.warehouse.compile.source import Bound, bucket, events, person
from weilu.core.warehouse.compile.where import fitting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.retentions import BRACKET, ROLLING, Retention

WITH, WITHOUT = "with", "without"


@dataclass(frozen=True, slots=True)
class Cohorts:
    """`frame` holds the cohorts; `starts` begin with theirs and go on through all periods that are asked for, up to `end`.

    A cohort are those who did the start in it for the first time in these communities, with `every` all who did it in it.
    `by` is what the event of the start says of the part that a member belongs to, as text, where it is broken down.
    """

    frame: Frame
    asked: Retention
    starts: tuple[int, ...]
    end: int
    by: str = ""

    @property
    def periods(self) -> int:
        """How many, the cohort's own with them."""
        return self.asked.edges[-1]


def sizes(cohorts: Cohorts, bound: Bound) -> str:
    """SELECT cohort (from 1), by, size."""
    return (
        f"SELECT cohort, by, uniqExact(person) AS size FROM ({_started(cohorts, bound)}) GROUP BY cohort, by"
    )


def returned(cohorts: Cohorts, bound: Bound) -> str:
    """SELECT cohort, by, period (that a row begins with; 0 is the cohort's own), returned."""
    return f"""SELECT cohort, by, period, uniqExact(person) AS returned FROM ({_returns(cohorts, bound)})
        GROUP BY cohort, by, period"""


def behind(cohorts: Cohorts, cohort: int, period: int | None, by: str | None, bound: Bound) -> str:
    """SELECT DISTINCT unit: who returned in one period of one cohort, or the whole cohort."""
    where = f"cohort = {bound(cohort, 'UInt16')}"
    if by is not None:
        where += f" AND by = {bound(by, 'String')}"
    if period is not None:
        where += f" AND period = {bound(period, 'UInt16')}"
    rows = _started(cohorts, bound) if period is None else _returns(cohorts, bound)
    return f"SELECT DISTINCT person AS unit FROM ({rows}) WHERE {where} ORDER BY unit"


def _started(cohorts: Cohorts, bound: Bound) -> str:
    """cohort, person, by: each once."""
    rows = _starters(cohorts, bound)
    if cohorts.asked.versus is None:
        return rows
    did = f"(cohort, person) IN ({_programme(cohorts, bound)})"
    return f"SELECT cohort, person, if({did}, '{WITH}', '{WITHOUT}') AS by FROM ({rows})"


def _starters(cohorts: Cohorts, bound: Bound) -> str:
    frame = cohorts.frame
    starts = bound(frame.starts, "Array(UInt32)")
    where = fitting(cohorts.asked.start, bound)
    by = cohorts.by or "''"
    if cohorts.asked.every:
        columns = f"{bucket(bound, frame.starts)} AS at, {person(frame)} AS person, {by} AS by"
        sql = events(frame, bound, columns, where, since=frame.start)
        return f"SELECT DISTINCT toUInt16(indexOf({starts}, at)) AS cohort, person, by FROM ({sql}) WHERE person != 0"
    columns, first, part = "toUInt32(happened) AS moment", "min(moment)", "''"
    if cohorts.by:
        columns = f"toUInt32(happened) AS moment, ms, position, {by} AS told"
        part = "argMin(told, (moment, ms, position))"
    sql = events(frame, bound, f"{columns}, {person(frame)} AS person", where)
    return f"""SELECT toUInt16(indexOf({starts}, {bucket(bound, frame.starts, "first")})) AS cohort, person, by FROM (
        SELECT person, {first} AS first, {part} AS by FROM ({sql}) WHERE person != 0 GROUP BY person)
        WHERE first >= {bound(frame.start, "UInt32")}"""


def _programme(cohorts: Cohorts, bound: Bound) -> str:
    """cohort, person: who took part in the programme in the cohort's own period."""
    frame = cohorts.frame
    assert cohorts.asked.versus is not None
    columns = f"{bucket(bound, frame.starts)} AS at, {person(frame)} AS person"
    sql = events(frame, bound, columns, fitting(cohorts.asked.versus, bound), since=frame.start)
    return f"""SELECT toUInt16(indexOf({bound(frame.starts, "Array(UInt32)")}, at)) AS cohort, person
        FROM ({sql}) WHERE person != 0"""


def _returns(cohorts: Cohorts, bound: Bound) -> str:
    """cohort, person, by, period: one row for each period of each cohort that a member came back in."""
    return f"""SELECT c.cohort AS cohort, c.person AS person, c.by AS by, toUInt16(arrayJoin({_periods(cohorts, bound)})) AS period
        FROM ({_started(cohorts, bound)}) AS c
        ALL INNER JOIN (SELECT person, {_places(cohorts)} FROM ({_came(cohorts, bound)})) AS r
        ON r.person = c.person WHERE c.cohort > 0 AND length(r.places) > 0"""


def _came(cohorts: Cohorts, bound: Bound) -> str:
    """person, places: the periods of each coming back, counted from the first cohort's (1)."""
    frame, asked = cohorts.frame, cohorts.asked
    until = frame.horizon if asked.mode == ROLLING else min(cohorts.end, frame.horizon)
    index = f"indexOf({bound(cohorts.starts, 'Array(UInt32)')}, {bucket(bound, cohorts.starts)})"
    columns = f"{person(frame)} AS person, toInt32({index}) AS place"
    back = events(
        replace(frame, until=until), bound, columns, fitting(asked.comeback, bound), since=cohorts.starts[0]
    )
    if asked.times == 1:
        return (
            f"SELECT person, groupUniqArray(place) AS places FROM ({back}) WHERE person != 0 GROUP BY person"
        )
    if asked.mode in (ROLLING, BRACKET):
        return f"SELECT person, groupArray(place) AS places FROM ({back}) WHERE person != 0 GROUP BY person"
    often = f"""SELECT person, place FROM ({back}) WHERE person != 0 GROUP BY person, place
        HAVING count() >= {bound(asked.times, "UInt32")}"""
    return f"SELECT person, groupArray(place) AS places FROM ({often}) GROUP BY person"


def _places(cohorts: Cohorts) -> str:
    """Of all comings back only the one that matters where it is enough to have come at any time after."""
    if cohorts.asked.mode != ROLLING:
        return "places"
    return f"arraySlice(arrayReverseSort(places), {cohorts.asked.times}, 1) AS places"


def _periods(cohorts: Cohorts, bound: Bound) -> str:
    """An array of the periods that a member of a cohort came back in."""
    asked = cohorts.asked
    most = bound(cohorts.periods, "Int32")
    if asked.mode == ROLLING:
        return f"range(toUInt32(greatest(least({most}, r.places[1] - toInt32(c.cohort) + 1), 0)))"
    since = "arrayMap(p -> p - toInt32(c.cohort), r.places)"
    if asked.mode != BRACKET:
        return f"arrayFilter(n -> n >= 0 AND n < {most}, {since})"
    edges = bound(asked.edges, "Array(Int32)")
    number = f"arrayMap(n -> if(n < 0 OR n >= {most}, toUInt32(0), toUInt32(arrayCount(e -> e <= n, {edges}))), {since})"
    begins = [
        f"if(arrayCount(b -> b = {n}, {number}) >= {asked.times}, {edge}, -1)"
        for n, edge in enumerate(asked.edges[:-1], 1)
    ]
    return f"arrayFilter(e -> e >= 0, [{', '.join(begins)}])"
