"""Which accounts carry something kept as intervals in `timelines` (a tag), and whose are they?

The value begins with `in` while it is carried and with `out` otherwise; an end that is planned stands there from the start.
"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse.compile.facts import Sql
from weilu.core.warehouse.compile.source import Bound, owner


def people(key: str, scopes: Sequence[int], before: int, bound: Bound, some: str = "1") -> str:
    """SELECT person: who carries one of these just before a moment in seconds; an account found to be a bot is nobody. `some`:
    a condition on the account `who`."""
    return f"SELECT {owner('person', 'who')} FROM {_carried(key, scopes, before, bound)} AND {some}"


def pairs(key: str, scopes: Sequence[int], before: int) -> Sql:
    """SELECT scope, person: who carries which of these just before a moment in seconds, each pair once."""
    bound = Bound()
    sql = f"""SELECT DISTINCT scope, {owner("person", "who")} AS person
        FROM {_carried(key, scopes, before, bound)}"""
    return sql, bound.params


def moved(key: str, scope: int, since: int) -> Sql:
    """SELECT who, held, at (seconds), version: the last value of every row written after a version."""
    bound = Bound()
    sql = f"""SELECT who, toUInt8(startsWith(vals[length(vals)], 'in')) AS held,
            toUInt32(froms[length(froms)]) AS at, version FROM weilu.timelines FINAL
        WHERE key = {bound(key, "String")} AND scope = {bound(scope, "UInt32")} AND version > {bound(since, "UInt64")}"""
    return sql, bound.params


def newest(identities: Sequence[int], since: int) -> Sql:
    """SELECT identity, position: the newest event of each of these accounts that was recorded since a second and that is
    no coming or going of a tag."""
    bound = Bound()
    sql = f"""SELECT identity, max(position) AS position FROM weilu.events
        WHERE identity IN {bound.ids(identities)} AND recorded >= {bound.moment(since)} AND NOT startsWith(kind, 'tag.')
        GROUP BY identity"""
    return sql, bound.params


def _carried(key: str, scopes: Sequence[int], before: int, bound: Bound) -> str:
    held = f"vals[arrayCount(x -> toUInt32(x) < {bound(before, 'UInt32')}, froms)]"
    return f"""weilu.timelines FINAL
        WHERE key = {bound(key, "String")} AND scope IN {bound.ids(scopes)} AND startsWith({held}, 'in')"""
