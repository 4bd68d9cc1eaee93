"""Which messages were answered by somebody else, and how soon?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weilu.core.warehouse.compile.rows import COMMUNITY, EACH_ROW, SOURCE, Rows, Series, by_column
from weilu.core.warehouse.compile.source import Bound, Run, bucket, events, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Answered, Base, FirstReply, Openers, Unanswered, Waits

HANDLES = (Openers, Answered, Unanswered, FirstReply, Waits)
FAST: frozenset[str | None] = frozenset({None, COMMUNITY, SOURCE})
MESSAGE = "message.sent"
EVER_HOURS = 24 * 366 * 100
MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """One row a message; `waited` are the milliseconds until its first reply, null where it has none."""
    if isinstance(measure, Openers):
        return Rows(_openers(frame, bound), EACH_ROW)
    every = threads(frame, bound, _hours(measure))
    return Rows(f"SELECT * FROM ({every}) WHERE {_condition(measure, bound)}", _number(measure, "1"))


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """All of them from one pass over messages and their replies."""
    bound = Bound()
    counted = ", ".join(f"{_number(one, _condition(one, bound))} AS m{n}" for n, one in enumerate(measures))
    every = threads(frame, bound, max(_hours(one) for one in measures))
    table = run(
        f"SELECT at, {by_column(frame)} AS by, {counted} FROM ({every}) GROUP BY at, by", bound.params
    )
    keys = list(zip(table.column("at").to_pylist(), table.column("by").to_pylist(), strict=True))
    return {
        one: dict(zip(keys, table.column(f"m{n}").to_pylist(), strict=True)) for n, one in enumerate(measures)
    }


def _hours(measure: Base) -> int:
    """How long after a message its replies matter."""
    if isinstance(measure, Unanswered):
        return EVER_HOURS
    return measure.hours if isinstance(measure, Answered | FirstReply | Waits) else 0


def _condition(measure: Base, bound: Bound) -> str:
    if isinstance(measure, Unanswered):
        return "isNull(waited)"
    if isinstance(measure, Answered | FirstReply | Waits):
        return f"ifNull(waited, {bound(EVER_HOURS * 3_600_000, 'UInt64')}) <= {bound(measure.hours * 3_600_000, 'UInt64')}"
    return "1"


def _number(measure: Base, condition: str) -> str:
    """The aggregate over the rows that meet a condition; the lower median where there is any."""
    if isinstance(measure, FirstReply):
        waits = f"arraySort(groupArrayIf(assumeNotNull(waited), {condition}))"
        return f"if(countIf({condition}) = 0, NULL, {waits}[intDiv(countIf({condition}) + 1, 2)] / 1000)"
    if isinstance(measure, Waits):
        return f"groupArrayIf(assumeNotNull(waited), {condition})"
    return f"countIf({condition})"


def _openers(frame: Frame, bound: Bound) -> str:
    """Only of communities where any message is known to answer another: elsewhere nothing can be said.

    Known at the moment of asking, whatever the span: otherwise a day would mean one thing alone and another in its week.
    """
    message = f"kind = {bound(MESSAGE, 'String')}"
    telling = events(
        replace(frame, until=frame.horizon, among=None),
        bound,
        "DISTINCT community",
        f"{message} AND about != 0",
    )
    columns = (
        f"{bucket(bound, frame.starts)} AS at, community, source, {person(frame)} AS person, position, "
        f"subject, {MOMENT} AS sent"
    )
    where = f"{message} AND about = 0 AND subject != 0 AND community IN ({telling})"
    sql = events(frame, bound, columns, where, since=frame.start)
    return f"SELECT *, position AS unit FROM ({sql}) WHERE person != 0"


def threads(frame: Frame, bound: Bound, hours: int) -> str:
    """The openers, each with the milliseconds until the first reply of another person, whoever that is, as far as replies
    are read."""
    until = min(frame.buckets[-1].end + hours * 3600, frame.horizon)
    later = replace(frame, until=until, among=None)
    columns = f"about, {person(frame)} AS replier, {MOMENT} AS replied, position AS place"
    where = f"kind = {bound(MESSAGE, 'String')} AND about != 0"
    replies = events(later, bound, columns, where, since=frame.start)
    # The last WHERE says nothing that is not so: the oldest server reads only columns that are named outside of a lambda.
    another = "x.3 != 0 AND x.3 != person AND (x.1 > sent OR x.1 = sent AND x.2 > unit)"
    return f"""SELECT at, community, source, person, unit, sent,
        if(empty(later), NULL, toNullable(toUInt64(arrayReduce('min', later) - sent))) AS waited FROM (
        SELECT o.at AS at, o.community AS community, o.source AS source, o.person AS person, o.unit AS unit, o.sent AS sent,
            arrayMap(x -> x.1, arrayFilter(x -> {another}, r.answers)) AS later
        FROM ({_openers(frame, bound)}) AS o ANY LEFT JOIN (
            SELECT about, groupArray((replied, place, replier)) AS answers FROM ({replies}) GROUP BY about
        ) AS r ON r.about = o.subject WHERE o.person > 0 AND o.unit > 0)"""
