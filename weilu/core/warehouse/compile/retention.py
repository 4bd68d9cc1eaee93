"""Of those who started in a period, how many came back in the ones after it?

One reading of the events gives each person the periods in which they came back: as bits of a number where that is enough, so that
those of one cohort who came back in the same periods are one row from then on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from weilu.core.warehouse.compile.source import Bound, events, ordinal, person
from weilu.core.warehouse.compile.where import fitting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.retentions import BRACKET, EXACT, ROLLING, Retention

WITH, WITHOUT = "with", "without"
WHOLE = -1
"""In place of a period: the cohort itself."""
MOST_BITS = 63
"""Bit 0 stands for what was before the first period."""


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

    @property
    def in_bits(self) -> bool:
        """Whether it is enough to know in which periods somebody came back, and those fit one number."""
        return self.asked.times == 1 and len(self.starts) <= MOST_BITS


def counts(cohorts: Cohorts, bound: Bound) -> str:
    """SELECT cohort (from 1), by, period (that a row begins with; 0 is the cohort's own; `WHOLE` for the cohort), members."""
    periods = f"arrayPushFront({_periods(cohorts, bound)}, toInt32({WHOLE}))"
    rows = f"SELECT cohort, by, n, arrayJoin({periods}) AS period FROM ({_alike(cohorts, bound)}) WHERE {_named()}"
    return f"SELECT cohort, by, period, sum(n) AS members FROM ({rows}) GROUP BY cohort, by, period"


def behind(cohorts: Cohorts, cohort: int, period: int | None, by: str | None, bound: Bound) -> str:
    """SELECT DISTINCT unit: who returned in one period of one cohort, or the whole cohort."""
    where = f"cohort = {bound(cohort, 'UInt16')} AND {_named()}"
    if by is not None:
        where += f" AND by = {bound(by, 'String')}"
    if period is not None:
        where += f" AND has({_periods(cohorts, bound)}, {period})"
    return f"SELECT DISTINCT person AS unit FROM ({_came(cohorts, bound)}) WHERE {where} ORDER BY unit"


def _named() -> str:
    """Says nothing that is not so; the oldest server reads what a lambda needs of a sub-select only if it is named outside."""
    return "length(places) >= 0 AND cohort > 0"


def _alike(cohorts: Cohorts, bound: Bound) -> str:
    """cohort, by, places (the periods of each coming back, counted from the first cohort's, 1), n: how many members."""
    if not cohorts.in_bits:
        return f"SELECT cohort, by, places, 1 AS n FROM ({_came(cohorts, bound)})"
    alike = (
        f"SELECT cohort, by, came, count() AS n FROM ({_members(cohorts, bound)}) GROUP BY cohort, by, came"
    )
    return f"SELECT cohort, by, {_places(cohorts, bound)} AS places, n FROM ({alike}) WHERE came >= 0"


def _came(cohorts: Cohorts, bound: Bound) -> str:
    """The same member by member: cohort, by, places, person."""
    named = "came >= 0" if cohorts.in_bits else "length(came) >= 0"
    return f"""SELECT person, cohort, by, {_places(cohorts, bound)} AS places FROM ({_members(cohorts, bound)})
        WHERE {named}"""


def _places(cohorts: Cohorts, bound: Bound) -> str:
    asked = cohorts.asked
    if cohorts.in_bits:
        every = bound(tuple(range(1, len(cohorts.starts) + 1)), "Array(UInt16)")
        places = f"arrayFilter(p -> bitAnd(bitShiftRight(came, p), 1) = 1, {every})"
    elif asked.mode == EXACT:
        places = (
            f"arrayFilter(p -> countEqual(came, p) >= {asked.times}, arrayReduce('groupUniqArray', came))"
        )
    else:
        places = "came"
    if asked.mode == ROLLING:  # of all comings back only the one that matters, where any time after is enough
        return f"arraySlice(arrayReverseSort({places}), {asked.times}, 1)"
    return places


def _members(cohorts: Cohorts, bound: Bound) -> str:
    """person, cohort, by, came: one row for each cohort (and part of it) that somebody belongs to."""
    frame, asked = cohorts.frame, cohorts.asked
    told = [f"{_gathered(cohorts, 'back')} AS came"]
    if asked.versus:
        told.append(f"{_gathered(cohorts, 'part')} AS took")
    if asked.every:
        begun = "(place, told)" if cohorts.by else "place"
        told.append(f"groupUniqArrayIf({begun}, start = 1) AS begins")
    else:
        own = "argMinIf(told, (moment, ms, position), start = 1)" if cohorts.by else "''"
        told += ["minIf(moment, start = 1) AS first", f"{own} AS own"]
    sql = f"""SELECT person, {", ".join(told)} FROM ({_rows(cohorts, bound)}) WHERE person != 0
        GROUP BY person HAVING max(start) = 1"""
    kept = "person, came, took" if asked.versus else "person, came"
    if asked.every:
        cohort, own = ("begun.1", "begun.2") if cohorts.by else ("begun", "''")
        sql = f"SELECT {kept}, arrayJoin(begins) AS begun FROM ({sql})"
        sql = f"SELECT {kept}, {cohort} AS cohort, {own} AS own FROM ({sql})"
    else:
        cohort = ordinal(bound, frame.starts, "first")
        sql = f"SELECT {kept}, {cohort} AS cohort, own FROM ({sql}) WHERE first >= {bound(max(frame.start, 0), 'UInt32')}"
    return f"SELECT person, came, cohort, {_part(cohorts)} AS by FROM ({sql})"


def _gathered(cohorts: Cohorts, which: str) -> str:
    """The periods of the rows of one sort, bit by bit or each by itself."""
    if cohorts.in_bits:
        return f"groupBitOr(if({which} = 1, bitShiftLeft(toUInt64(1), place), toUInt64(0)))"
    return f"groupArrayIf(place, {which} = 1)"


def _part(cohorts: Cohorts) -> str:
    """What a member belongs to within the cohort: by whether they took part in the programme in its own period, or as it was told."""
    if cohorts.asked.versus is None:
        return "own"
    took = "bitAnd(bitShiftRight(took, cohort), 1) = 1" if cohorts.in_bits else "has(took, cohort)"
    return f"if({took}, '{WITH}', '{WITHOUT}')"


def _rows(cohorts: Cohorts, bound: Bound) -> str:
    """The events that are a start, a coming back (`back`) or one of the programme (`part`), and the period that each lies in."""
    frame, asked = cohorts.frame, cohorts.asked
    last = frame.horizon if asked.mode == ROLLING else min(cohorts.end, frame.horizon)
    started = _during(fitting(asked.start, bound), frame.start if asked.every else None, frame.until, bound)
    sorts = {
        "start": started,
        "back": _during(fitting(asked.comeback, bound), cohorts.starts[0], last, bound),
    }
    if asked.versus:
        sorts["part"] = _during(fitting(asked.versus, bound), frame.start, frame.until, bound)
    columns = [
        f"{person(frame)} AS person",
        f"{ordinal(bound, cohorts.starts)} AS place",
        "toUInt32(happened) AS moment",
        *(f"toUInt8({condition}) AS {name}" for name, condition in sorts.items()),
        *(["ms", "position", f"{cohorts.by} AS told"] if cohorts.by else []),
    ]
    wide = replace(frame, until=max(frame.until, last))
    since = min(frame.start, cohorts.starts[0]) if asked.every else None
    return events(wide, bound, ", ".join(columns), " OR ".join(sorts.values()), since=since)


def _during(condition: str, since: int | None, until: int, bound: Bound) -> str:
    begun = "" if since is None else f" AND happened >= {bound.moment(since)}"
    return f"({condition}{begun} AND happened < {bound.moment(until)})"


def _periods(cohorts: Cohorts, bound: Bound) -> str:
    """An array of the periods that a member of a cohort came back in."""
    asked = cohorts.asked
    most = bound(cohorts.periods, "Int32")
    if asked.mode == ROLLING:
        return f"range(toUInt32(greatest(least({most}, toInt32(places[1]) - toInt32(cohort) + 1), 0)))"
    since = "arrayMap(p -> toInt32(p) - toInt32(cohort), places)"
    if asked.mode != BRACKET:
        return f"arrayFilter(n -> n >= 0 AND n < {most}, {since})"
    edges = bound(asked.edges, "Array(Int32)")
    number = f"arrayMap(n -> if(n < 0 OR n >= {most}, toUInt32(0), toUInt32(arrayCount(e -> e <= n, {edges}))), {since})"
    begins = [
        f"if(arrayCount(b -> b = {n}, {number}) >= {asked.times}, {edge}, -1)"
        for n, edge in enumerate(asked.edges[:-1], 1)
    ]
    return f"arrayFilter(e -> e >= 0, [{', '.join(begins)}])"
