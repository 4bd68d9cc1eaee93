"""What do the events behind a number look like?"""

from __future__ import annotations

from weilu.core.warehouse.compile.source import Bound, events, person
from weilu.core.warehouse.frame import Frame


def page(units: str, bound: Bound, limit: int | None, offset: int) -> str:
    """A part of the units behind a number, in their order."""
    if limit is None:
        return units
    return f"{units} LIMIT {bound(limit, 'UInt64')} OFFSET {bound(offset, 'UInt64')}"


def how_many(units: str) -> str:
    return f"SELECT count() AS n FROM ({units})"


def events_at(units: str, frame: Frame, bound: Bound) -> str:
    """SELECT position, happened (ms), community, member (0: a bot or nobody), kind of the events at these positions."""
    columns = f"""position, toUInt64(toUnixTimestamp(happened)) * 1000 + ms AS moment, community,
        {person(frame)} AS member, kind"""
    return f"{events(frame, bound, columns, f'position IN (SELECT unit FROM ({units}))')} ORDER BY position"
