"""When in the week does something happen, by the clock of the community?"""

from __future__ import annotations

from weilu.core.warehouse.compile.activity import AMOUNT
from weilu.core.warehouse.compile.source import Bound, events, person, shown
from weilu.core.warehouse.compile.where import meeting
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Events, People, Sums

WEEKDAY, HOUR = "toUInt8(intDiv(clock + 72, 24) % 7 + 1)", "toUInt8(clock % 24)"
"""Of the hours since a Thursday began, as 1970 did: 168 of them are one small number to group by."""

Cells = Events | Sums | People


def cells(measure: Cells, frame: Frame, bound: Bound) -> str:
    """SELECT weekday (1 Monday), hour, value; cells without an event have no row."""
    number = {Events: "count()", Sums: f"sum({AMOUNT})", People: "uniqExact(unit)"}[type(measure)]
    sql = f"SELECT clock, {number} AS value FROM ({_rows(measure, frame, bound)}) GROUP BY clock"
    return f"SELECT {WEEKDAY} AS weekday, {HOUR} AS hour, value FROM ({sql})"


def behind(measure: Cells, frame: Frame, weekday: int, hour: int, unit: str, bound: Bound) -> str:
    """SELECT DISTINCT unit: the events or members (`unit` position or person) of one cell."""
    return f"""SELECT DISTINCT {unit} AS unit FROM ({_rows(measure, frame, bound)})
        WHERE {WEEKDAY} = {bound(weekday, "UInt8")} AND {HOUR} = {bound(hour, "UInt8")} AND {unit} != 0 ORDER BY unit"""


def _rows(measure: Cells, frame: Frame, bound: Bound) -> str:
    hour = f"toUInt8(intDiv({shown(bound, frame)}, 3600) % 168)"
    columns = f"{hour} AS clock, position, value, {person(frame)} AS person"
    sql = events(frame, bound, columns, meeting(measure.kinds, measure.where, bound), since=frame.start)
    if isinstance(measure, Events):
        only = "person != 0" if measure.people_only else "1"
        return f"SELECT *, position AS unit FROM ({sql}) WHERE {only}"
    if isinstance(measure, Sums):
        return f"SELECT *, position AS unit FROM ({sql})"
    return f"SELECT *, person AS unit FROM ({sql}) WHERE person != 0"
