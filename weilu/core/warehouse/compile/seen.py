"""Which kinds of events were ever seen?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.source import Bound


def kinds(communities: Collection[int]) -> tuple[str, dict[str, object]]:
    """SELECT kind: every name in these communities, 0 for outside of any."""
    bound = Bound()
    sql = f"""SELECT DISTINCT toString(kind) AS kind FROM weilu.events
        WHERE community IN {bound.ids(sorted(communities))} ORDER BY kind"""
    return sql, bound.params
