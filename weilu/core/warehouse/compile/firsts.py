"""Who did something for the first time, and who spoke soon after joining?"""

from __future__ import annotations

from dataclasses import replace

from weilu.core.warehouse.compile.rows import COMMUNITY, Rows
from weilu.core.warehouse.compile.source import Bound, bucket, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, FirstTime, Joiners, SpokeSoon

HANDLES = (FirstTime, Joiners, SpokeSoon)
JOINED, MESSAGE = "member.joined", "message.sent"
HAS = frozenset({COMMUNITY})


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    if isinstance(measure, FirstTime):
        return Rows(_first_time(measure, frame, bound), has=HAS)
    if isinstance(measure, Joiners):
        return Rows(_joiners(frame, bound), has=HAS)
    assert isinstance(measure, SpokeSoon)
    return Rows(_spoke_soon(measure, frame, bound), has=HAS)


def first_group(frame: Frame) -> str:
    """Broken down by community a first time is that in each community, else that in all of them together."""
    return "community, person" if frame.breakdown == COMMUNITY else "person"


def _first_time(measure: FirstTime, frame: Frame, bound: Bound) -> str:
    columns = f"community, {person(frame)} AS person, toUInt32(happened) AS moment"
    sql = events(frame, bound, columns, f"kind = {bound(measure.kind, 'String')}")
    group = first_group(frame)
    return f"""SELECT {bucket(bound, frame.starts, "first")} AS at, {group}, person AS unit FROM (
        SELECT {group}, min(moment) AS first FROM ({sql}) WHERE person != 0 GROUP BY {group})
        WHERE first >= {bound(frame.start, "UInt32")}"""


def _joiners(frame: Frame, bound: Bound) -> str:
    columns = (
        f"{bucket(bound, frame.starts)} AS at, community, {person(frame)} AS person, "
        "toUnixTimestamp(happened) * 1000 + ms AS joined"
    )
    sql = events(frame, bound, columns, f"kind = {bound(JOINED, 'String')}", since=frame.start)
    return f"SELECT *, person AS unit FROM ({sql}) WHERE person != 0"


def _spoke_soon(measure: SpokeSoon, frame: Frame, bound: Bound) -> str:
    later = looking_ahead(frame, frame.buckets[-1].end + measure.days * 86_400)
    columns = f"community, {person(frame)} AS person, toUnixTimestamp(happened) * 1000 + ms AS spoke"
    sent = events(later, bound, columns, f"kind = {bound(MESSAGE, 'String')}", since=frame.start)
    window = bound(measure.days * 86_400_000, "UInt64")
    return f"""SELECT at, community, person, person AS unit FROM ({_joiners(frame, bound)}) AS j
        ALL INNER JOIN (SELECT community, person, groupArray(spoke) AS times FROM ({sent}) GROUP BY community, person) AS s
        USING (community, person) WHERE joined > 0 AND arrayExists(t -> t >= joined AND t < joined + {window}, times)"""


def looking_ahead(frame: Frame, moment: int) -> Frame:
    """The same knowledge, looking further ahead: what follows a bucket counts though it lies after the span."""
    return replace(frame, until=min(moment, frame.horizon))
