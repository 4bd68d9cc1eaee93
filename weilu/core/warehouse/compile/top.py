"""How much do the few who speak most say?"""

from __future__ import annotations

from weilu.core.warehouse.compile.rows import COMMUNITY, Rows
from weilu.core.warehouse.compile.source import Bound, bucket, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, TopSpeakers

HANDLES = (TopSpeakers,)
MESSAGE = "message.sent"


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """The top speakers of each bucket with how much they sent; among equals the smaller member id comes first."""
    assert isinstance(measure, TopSpeakers)
    columns = f"{bucket(bound, frame.starts)} AS at, community, {person(frame)} AS person"
    sql = events(frame, bound, columns, f"kind = {bound(MESSAGE, 'String')}", since=frame.start)
    each = ", community" if frame.breakdown == COMMUNITY else ""
    share = f"intDiv(count() * {bound(measure.percent, 'UInt8')} + 99, 100)"
    ranked = f"""SELECT at{each}, arrayJoin(arraySlice(arraySort(x -> (-toInt64(x.2), x.1), groupArray((person, sent))),
            1, {share})) AS top FROM (
            SELECT at{each}, person, count() AS sent FROM ({sql}) WHERE person != 0 GROUP BY at{each}, person)
        GROUP BY at{each}"""
    return Rows(
        f"SELECT at{each}, top.1 AS person, top.1 AS unit, top.2 AS sent FROM ({ranked})",
        "sum(sent)",
        frozenset({COMMUNITY}) if each else frozenset(),
    )
