"""Which events happened last, and what stands at given positions? For feeds and for lists of events behind a number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weilu.core.warehouse.compile.source import Bound

_COLUMNS = """position, kind, toInt64(toUnixTimestamp(happened)) * 1000 + ms AS at,
    identity, community, target, value"""
_ORDER = "ORDER BY happened DESC, ms DESC, position DESC"


def newest(
    communities: Collection[int], kinds: Sequence[str], since: int, before: int, limit: int, known: int | None
) -> tuple[str, dict[str, object]]:
    """The last events of these kinds in these communities, newest first, within [since, before) seconds."""
    bound = Bound()
    knowledge = f" AND position <= {bound(known, 'UInt64')}" if known is not None else ""
    sql = f"""SELECT {_COLUMNS} FROM weilu.events
        WHERE community IN {bound.ids(sorted(communities))} AND happened >= {bound.moment(since)}
        AND happened < {bound.moment(before)} AND kind IN {bound(tuple(kinds), "Array(String)")}{knowledge}
        {_ORDER} LIMIT {bound(limit, "UInt32")}"""
    return sql, bound.params


def at(positions: Sequence[int], communities: Collection[int] | None) -> tuple[str, dict[str, object]]:
    """The events at these positions, in the order of the log; of these communities only, where given."""
    bound = Bound()
    where = f"position IN {bound(tuple(positions), 'Array(UInt64)')}"
    if communities is not None:
        where = f"community IN {bound.ids(sorted(communities))} AND {where}"
    return f"SELECT {_COLUMNS} FROM weilu.events WHERE {where} ORDER BY position", bound.params
