"""What did everybody order, how steadily do they take part, and what stands stored of their value?

Each event counts in its community and in the whole (scope 0). An order that was cancelled is none: an event says so that is about
it, or about the same object.
"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.segments.parts import Compared
from weilu.core.warehouse.compile.facts import Rows, Sql
from weilu.core.warehouse.compile.source import Bound

PAID, CANCELLED = "order.paid", "order.cancelled"
VALUE = "value"
SCOPES = "arrayJoin(arrayDistinct([toUInt32(0), toUInt32(e.community)]))"


def orders(rows: Rows, timezone: str, since: int) -> Sql:
    """scope, person, orders, amount, last (seconds), weeks: in how many weeks with an order since a second."""
    inner = f"""SELECT {SCOPES} AS scope, {rows.person} AS person, ifNull(e.value, 0) AS amount,
        toInt64(toUnixTimestamp(e.happened)) AS at, toMonday(toDate(e.happened, {{timezone:String}})) AS week
    FROM {rows.tables} WHERE {rows.where} AND {_ordered(rows)}"""
    sql = f"""SELECT scope, person, count() AS orders, sum(amount) AS amount, max(at) AS last,
        uniqExactIf(week, at >= {{recent:Int64}}) AS weeks
    FROM ({inner}) WHERE toInt64(person) > 0 GROUP BY scope, person ORDER BY scope, person"""
    return sql, {**rows.values, "timezone": timezone, "recent": since}


def activity(rows: Rows, timezone: str) -> Sql:
    """scope, person, days, weeks: on how many local days, in how many weeks they took part."""
    inner = f"""SELECT {SCOPES} AS scope, {rows.person} AS person, toDate(e.happened, {{timezone:String}}) AS day
    FROM {rows.tables} WHERE {rows.where} AND e.interaction = 1"""
    sql = f"""SELECT scope, person, uniqExact(day) AS days, uniqExact(toMonday(day)) AS weeks
    FROM ({inner}) WHERE toInt64(person) > 0 GROUP BY scope, person ORDER BY scope, person"""
    return sql, {**rows.values, "timezone": timezone}


def behind(rows: Rows, person: int, *, ordered: bool) -> Sql:
    """position of the orders of a person, or of all that they took part in, newest first."""
    only = _ordered(rows) if ordered else "e.interaction = 1"
    sql = f"""SELECT e.position AS position FROM {rows.tables}
    WHERE {rows.where} AND {only} AND {rows.person} = {{person:UInt32}}
    ORDER BY e.happened DESC, e.ms DESC, e.position DESC"""
    return sql, {**rows.values, "person": person}


def stored(scopes: Sequence[int] | None, who: int | None = None) -> Sql:
    """scope, who, at (seconds), vals, version: what stands of everybody, or of one."""
    bound = Bound()
    parts = [f"key = {bound(VALUE, 'String')}"]
    parts += [f"scope IN {bound.ids(scopes)}"] if scopes is not None else []
    parts += [f"who = {bound(who, 'UInt32')}"] if who is not None else []
    sql = f"""SELECT scope, who, toUInt32(froms[1]) AS at, arrayMap(x -> toInt64OrZero(x), vals) AS numbers, version
    FROM weilu.timelines FINAL WHERE {" AND ".join(parts)} AND notEmpty(vals) ORDER BY scope, who"""
    return sql, bound.params


def people(place: int, edges: Compared, scopes: Sequence[int], bound: Bound, some: str = "1") -> str:
    """SELECT who: whose number at a place, the highest over these scopes, lies between the edges; only of those who have one.
    `some`: a condition on `who`."""
    parts = [
        f"max(toInt64OrZero(vals[{bound(place, 'UInt8')}])) {sign} {bound(edge, 'Int64')}"
        for sign, edge in ((">=", edges.low), ("<=", edges.high))
        if edge is not None
    ]
    return f"""SELECT who FROM weilu.timelines FINAL
        WHERE key = {bound(VALUE, "String")} AND scope IN {bound.ids(scopes)} AND {some}
        GROUP BY who HAVING {" AND ".join(parts)}"""


def _ordered(rows: Rows) -> str:
    by_then = "" if rows.known is None else "AND c.position <= {known:UInt64}"
    gone = f"""SELECT arrayJoin(arrayFilter(x -> x > 0, [c.subject, c.about])) FROM weilu.events AS c
        WHERE c.kind = '{CANCELLED}' {by_then}"""
    return f"e.kind = '{PAID}' AND e.subject NOT IN ({gone})"
