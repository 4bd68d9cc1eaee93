"""Who sent most messages in a span, on which step of the pyramid do they stand at its end, and what did one of them send?"""

from __future__ import annotations

from weilu.core.warehouse.compile.holdings import holdings
from weilu.core.warehouse.compile.rows import TIER
from weilu.core.warehouse.compile.source import Bound, events, person
from weilu.core.warehouse.frame import Frame

MESSAGE = "message.sent"


def loudest(frame: Frame, limit: int) -> tuple[str, dict[str, object]]:
    """person, sent, days (local days on which something was said), tier; among equals the smaller id comes first."""
    bound = Bound()
    local = f"toDate(toTimeZone(happened, {bound(frame.timezone, 'String')}))"
    columns = f"{person(frame)} AS person, {local} AS day"
    said = events(frame, bound, columns, f"kind = {bound(MESSAGE, 'String')}", since=frame.start)
    top = f"""SELECT person, count() AS sent, uniqExact(day) AS days FROM ({said}) WHERE person != 0
        GROUP BY person ORDER BY sent DESC, person LIMIT {bound(limit, "UInt32")}"""
    held = holdings(TIER, frame, frame.moments[-1:], bound)
    sql = f"""SELECT t.person AS person, t.sent AS sent, t.days AS days, if(empty(h.path), '', h.path[1]) AS tier
        FROM ({top}) AS t ANY LEFT JOIN (SELECT who, path FROM ({held})) AS h ON h.who = t.person
        ORDER BY sent DESC, person"""
    return sql, bound.params


def sent(frame: Frame, member: int, limit: int, offset: int) -> tuple[str, dict[str, object]]:
    """position, total: a part of a member's messages in a span, in the order of the log, and how many there are."""
    bound = Bound()
    said = events(
        frame,
        bound,
        f"{person(frame)} AS person, position",
        f"kind = {bound(MESSAGE, 'String')}",
        since=frame.start,
    )
    mine = f"SELECT position FROM ({said}) WHERE person = {bound(member, 'UInt32')}"
    sql = f"""SELECT position, (SELECT count() FROM ({mine})) AS total FROM ({mine}) ORDER BY position LIMIT {bound(limit, "UInt32")} OFFSET {bound(offset, "UInt64")}"""
    return sql, bound.params
