"""Which kinds of events were ever seen, with which properties, and since when?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.source import Bound, doing
from weilu.core.warehouse.compile.where import has_property as having

Sql = tuple[str, dict[str, object]]
MOST_NAMES = 200


def kinds(communities: Collection[int]) -> Sql:
    """SELECT kind: every name in these communities, 0 for outside of any."""
    bound = Bound()
    sql = f"""SELECT DISTINCT toString(kind) AS kind FROM weilu.events
        WHERE community IN {bound.ids(sorted(communities))} ORDER BY kind"""
    return sql, bound.params


def has_property(kind: str, name: str, communities: Collection[int]) -> Sql:
    """One row where an event of the kind has the property, else none."""
    bound = Bound()
    sql = f"""SELECT position FROM weilu.events WHERE community IN {bound.ids(sorted(communities))}
        AND {doing(bound, (kind,))} AND {having(name, bound)} LIMIT 1"""
    return sql, bound.params


def properties(kind: str, communities: Collection[int]) -> Sql:
    """SELECT name: of the properties that events of the kind have."""
    bound = Bound()
    names = bound(r'"([^"\\]+)":', "String")
    sql = f"""SELECT DISTINCT arrayJoin(extractAll(properties, {names})) AS name FROM weilu.events
        WHERE community IN {bound.ids(sorted(communities))} AND {doing(bound, (kind,))} AND properties != ''
        ORDER BY name LIMIT {bound(MOST_NAMES, "UInt32")}"""
    return sql, bound.params


def first(communities: Collection[int]) -> Sql:
    """SELECT first: seconds of the earliest event, 0 without any."""
    bound = Bound()
    return (
        f"""SELECT toUInt32(min(happened)) AS first FROM weilu.events
        WHERE community IN {bound.ids(sorted(communities))}""",
        bound.params,
    )
