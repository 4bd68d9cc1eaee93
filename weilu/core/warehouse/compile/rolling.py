"""How many members took part within the last so many days, at the end of each (shorter) bucket?"""

from __future__ import annotations

from weilu.core.warehouse.compile.rows import Series, by_column, running
from weilu.core.warehouse.compile.source import Bound, Run, bucket, doing, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, People


def looks_back(measure: Base, frame: Frame) -> bool:
    """Whether the buckets are shorter than the window that the measure wants."""
    return isinstance(measure, People) and frame.nominal_days < measure.days


def rolling_rows(measure: Base, frame: Frame, bound: Bound) -> str:
    """Each member once for every bucket whose window holds one of their active days."""
    assert isinstance(measure, People)
    days, low, high = _windows(measure, frame)
    starts = bound(frame.starts, "Array(UInt32)")
    return f"""SELECT arrayJoin(arraySlice({starts}, low, high - low + 1)) AS at, community, source, person,
        person AS unit FROM (SELECT DISTINCT community, source, person,
        {_by_day(bound, days, low)} AS low, {_by_day(bound, days, high)} AS high
        FROM ({_active_days(measure, frame, bound, days)}))"""


def rolled(measure: Base, frame: Frame, run: Run) -> Series:
    """The numbers of `rolling_rows`, without writing a row for each window: a member's windows as steps up and down."""
    assert isinstance(measure, People)
    bound = Bound()
    days, low, high = _windows(measure, frame)
    windows = f"({_by_day(bound, days, low)}, {_by_day(bound, days, high)})"
    table = run(
        f"""SELECT by, step.1 AS edge, sum(step.2) AS change FROM (
            SELECT by, arraySort(groupUniqArray({windows})) AS w, arrayJoin(arrayConcat(
                arrayMap((x, i) -> (greatest(x.1, if(i = 1, 0, w[i - 1].2 + 1)), 1), w, arrayEnumerate(w)),
                arrayMap(x -> (x.2 + 1, -1), w))) AS step
            FROM (SELECT day, person, {by_column(frame)} AS by FROM ({_active_days(measure, frame, bound, days)}))
            GROUP BY by, person) GROUP BY by, edge""",
        bound.params,
    )
    starts = (0, *frame.starts)
    changes = {
        (starts[row["edge"]], row["by"]): row["change"]
        for row in table.to_pylist()
        if row["edge"] < len(starts)
    }
    return running(changes, frame.starts)


def _active_days(measure: People, frame: Frame, bound: Bound, days: tuple[int, ...]) -> str:
    columns = f"{bucket(bound, days)} AS day, community, source, {person(frame)} AS person"
    sql = events(frame, bound, columns, doing(bound, measure.kinds), since=days[0])
    return f"SELECT DISTINCT day, community, source, person FROM ({sql}) WHERE person != 0"


def _windows(measure: People, frame: Frame) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Starts of the local days that matter, and for each the first and last bucket (from 1) whose window holds it."""
    days = frame.days(before=measure.days - 1)[:-1]
    opens = [(one.last - frame.buckets[0].first).days for one in frame.buckets]
    low = tuple(1 + sum(opened + measure.days <= n for opened in opens) for n in range(len(days)))
    high = tuple(sum(opened <= n for opened in opens) for n in range(len(days)))
    return days, low, high


def _by_day(bound: Bound, days: tuple[int, ...], values: tuple[int, ...]) -> str:
    return f"transform(day, {bound(days, 'Array(UInt32)')}, {bound(values, 'Array(UInt32)')}, toUInt32(0))"
