"""Which messages were answered by somebody else, and how soon?"""

from __future__ import annotations

from dataclasses import replace

from weilu.core.warehouse.compile.rows import EACH_ROW, Rows
from weilu.core.warehouse.compile.source import Bound, bucket, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Answered, Base, FirstReply, Openers, Unanswered

HANDLES = (Openers, Answered, Unanswered, FirstReply)
MESSAGE = "message.sent"
EVER_HOURS = 24 * 366 * 100
LOWER_MEDIAN = "quantileExactLow(0.5)(waited) / 1000"
MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """One row a message, with the milliseconds until its first reply in `waited` where it was answered."""
    openers = _openers(frame, bound)
    if isinstance(measure, Openers):
        return Rows(openers, EACH_ROW)
    if isinstance(measure, Unanswered):
        answered = _answered(openers, EVER_HOURS, frame, bound)
        return Rows(f"SELECT * FROM ({openers}) WHERE unit NOT IN (SELECT unit FROM ({answered}))", EACH_ROW)
    assert isinstance(measure, Answered | FirstReply)
    number = LOWER_MEDIAN if isinstance(measure, FirstReply) else EACH_ROW
    return Rows(_answered(openers, measure.hours, frame, bound), number)


def _openers(frame: Frame, bound: Bound) -> str:
    """Only of communities where any message is known to answer another: elsewhere nothing can be said."""
    message = f"kind = {bound(MESSAGE, 'String')}"
    telling = events(frame, bound, "DISTINCT community", f"{message} AND about != 0")
    columns = (
        f"{bucket(bound, frame.starts)} AS at, community, source, {person(frame, bound)} AS person, position, "
        f"subject, {MOMENT} AS sent"
    )
    where = f"{message} AND about = 0 AND subject != 0 AND community IN ({telling})"
    sql = events(frame, bound, columns, where, since=frame.start)
    return f"SELECT *, position AS unit FROM ({sql}) WHERE person != 0"


def _answered(openers: str, hours: int, frame: Frame, bound: Bound) -> str:
    later = replace(frame, until=min(frame.buckets[-1].end + hours * 3600, frame.horizon))
    columns = f"about, {person(frame, bound)} AS replier, {MOMENT} AS replied, position AS place"
    where = f"kind = {bound(MESSAGE, 'String')} AND about != 0"
    replies = events(later, bound, columns, where, since=frame.start)
    window = bound(hours * 3_600_000, "UInt64")
    return f"""SELECT o.at AS at, o.community AS community, o.source AS source, o.person AS person,
        o.position AS position, o.position AS unit, min(r.replied - o.sent) AS waited
        FROM ({openers}) AS o INNER JOIN (SELECT * FROM ({replies}) WHERE replier != 0) AS r ON r.about = o.subject
        WHERE r.replier != o.person AND (r.replied, r.place) > (o.sent, o.position) AND r.replied - o.sent <= {window}
        GROUP BY at, community, source, person, position"""
