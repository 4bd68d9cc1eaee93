"""How many events of a kind, and how many members did them, bucket by bucket?"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse.compile import parting
from weilu.core.warehouse.compile.rolling import looks_back, rolled, rolling_rows
from weilu.core.warehouse.compile.rows import EACH_ROW, MEMBER, PLAIN, TOLD, Rows, Series, parted
from weilu.core.warehouse.compile.source import Bound, Run, bucket, doing, events, person
from weilu.core.warehouse.compile.where import meeting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, DailyMean, Events, People, Sums

HANDLES = (Events, Sums, People, DailyMean)
HAS = PLAIN | TOLD | {MEMBER}
FAST: frozenset[str | None] = HAS | {None}
PERSON_DAYS = "uniqExact((person, day))"
AMOUNT = "toDecimal128(ifNull(value, 0), 0)"
"""Wide enough that no sum of values of 64 bits runs over."""


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """Events and sums: each event a row. People: each (bucket, person) at least once."""
    assert isinstance(measure, Events | Sums | People | DailyMean)
    if looks_back(measure, frame):
        return Rows(rolling_rows(measure, frame, bound))
    columns = (
        f"{bucket(bound, frame.starts)} AS at, community, source, {person(frame)} AS person, position, value, "
        f"{bucket(bound, frame.days()[:-1])} AS day{_part(frame, bound)}"
    )
    sql = events(frame, bound, columns, _condition(measure, bound), since=frame.start)
    if isinstance(measure, Events):
        only = "person != 0" if measure.people_only else "1"
        return Rows(f"SELECT *, position AS unit FROM ({sql}) WHERE {only}", EACH_ROW, HAS)
    if isinstance(measure, Sums):
        return Rows(f"SELECT *, position AS unit FROM ({sql})", f"sum({AMOUNT})", HAS)
    number = PERSON_DAYS if isinstance(measure, DailyMean) else Rows("").number
    return Rows(f"SELECT *, person AS unit FROM ({sql}) WHERE person != 0", number, HAS)


def _part(frame: Frame, bound: Bound) -> str:
    """A column for the part that only the event itself tells."""
    told = frame.breakdown in TOLD
    return f", {parting.column(frame.breakdown, frame.trait, bound)} AS part" if told else ""


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """All counts in one scan; each rolling window in one of its own."""
    plain = [one for one in measures if not looks_back(one, frame)]
    found = _scan(plain, frame, run) if plain else {}
    return found | {one: rolled(one, frame, run) for one in measures if one not in found}


def finished(measure: Base, series: Series, frame: Frame) -> Series:
    """A daily mean divides by the days of the bucket that have begun; a sum comes as a decimal of whole numbers."""
    if isinstance(measure, Sums):
        return {key: int(value) for key, value in series.items()}
    if not isinstance(measure, DailyMean):
        return series
    days = frame.days()[:-1]
    begun = {
        one.start: sum(one.start <= day < min(one.end, frame.horizon) for day in days)
        for one in frame.buckets
    }
    return {(at, by): (value or 0) / begun[at] if begun[at] else None for (at, by), value in series.items()}


def _scan(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    bound = Bound()
    aggregates = ", ".join(
        f"{_aggregate(one, n, bound)} AS m{n}{_number(one, n, bound)}" for n, one in enumerate(measures)
    )
    columns = (
        f"{bucket(bound, frame.starts)} AS at, {parted(frame, bound)} AS by, kind, interaction, value, "
        f"{person(frame)} AS person, {bucket(bound, frame.days()[:-1])} AS day"
        f"{_part(frame, bound)}{_fits(measures, bound)}"
    )
    inner = events(frame, bound, columns, _any_of(measures, bound), since=frame.start)
    table = run(f"SELECT at, by, {aggregates} FROM ({inner}) GROUP BY at, by", bound.params)
    keys = list(zip(table.column("at").to_pylist(), table.column("by").to_pylist(), strict=True))
    found = {}
    for n, one in enumerate(measures):
        series = zip(keys, table.column(f"m{n}").to_pylist(), strict=True)
        rows = table.column(f"c{n}").to_pylist() if isinstance(one, Sums) else None
        found[one] = {
            key: value for number, (key, value) in enumerate(series) if rows is None or rows[number]
        }
    return found


def _number(measure: Base, number: int, bound: Bound) -> str:
    """How many events a sum is made of: a sum of nothing is no row, where what shares its scan has one."""
    return f", countIf({_fitting(measure, number, bound)}) AS c{number}" if isinstance(measure, Sums) else ""


def _any_of(measures: Sequence[Base], bound: Bound) -> str:
    conditions = {f"({_condition(one, bound)})" for one in measures}
    return " OR ".join(sorted(conditions))


def _condition(measure: Base, bound: Bound) -> str:
    """Which events it is about."""
    assert isinstance(measure, Events | Sums | People | DailyMean)
    return meeting(measure.kinds, () if isinstance(measure, DailyMean) else measure.where, bound)


def _fits(measures: Sequence[Base], bound: Bound) -> str:
    """A column for each measure that asks more of its events than their kind: properties are read once, beside the row."""
    return "".join(
        f", ({_condition(one, bound)}) AS f{n}" for n, one in enumerate(measures) if getattr(one, "where", ())
    )


def _aggregate(measure: Base, number: int, bound: Bound) -> str:
    assert isinstance(measure, Events | Sums | People | DailyMean)
    where = _fitting(measure, number, bound)
    if isinstance(measure, Sums):
        return f"sumIf({AMOUNT}, {where})"
    if isinstance(measure, Events):
        return f"countIf({where}{' AND person != 0' if measure.people_only else ''})"
    unit = "(person, day)" if isinstance(measure, DailyMean) else "person"
    return f"uniqExactIf({unit}, person != 0 AND {where})"


def _fitting(measure: Base, number: int, bound: Bound) -> str:
    assert isinstance(measure, Events | Sums | People | DailyMean)
    return f"f{number}" if getattr(measure, "where", ()) else doing(bound, measure.kinds)
