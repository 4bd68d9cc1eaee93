"""What does the weekly report read of a community: its events of five weeks, and what came late?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.facts import Rows, Sql


def events(rows: Rows) -> Sql:
    """position, kind, at (seconds since 1970), person, subject, about, in the order in which they happened; people only."""
    sql = f"""
SELECT e.position AS position, toString(e.kind) AS kind, toInt64(toUnixTimestamp(e.happened)) AS at,
    {rows.person} AS person, e.subject AS subject, e.about AS about
FROM {rows.tables} WHERE {rows.where} AND {rows.person} > 0
ORDER BY e.happened, e.ms, e.position"""
    return sql, rows.values


def late(community: int, start: int, end: int, known: int) -> Sql:
    """kept, week, earlier, moved: events up to `end` (seconds) that were known at a log position; those that came after it and
    happened in the week, and before it; accounts that changed hands since."""
    sql = """
SELECT countIf(position <= {known:UInt64}) AS kept,
    countIf(position > {known:UInt64} AND happened >= toDateTime({start:UInt32}, 'UTC')) AS week,
    countIf(position > {known:UInt64} AND happened < toDateTime({start:UInt32}, 'UTC')) AS earlier,
    (SELECT count() FROM (
        SELECT identity FROM weilu.ownership FINAL GROUP BY identity
        HAVING max(from_position) > {known:UInt64} AND (count() > 1 OR max(bot) = 1)
    )) AS moved
FROM weilu.events WHERE community = {community:UInt32} AND happened < toDateTime({end:UInt32}, 'UTC')"""
    return sql, {"community": community, "start": start, "end": end, "known": known}


def last_events(communities: Collection[int]) -> Sql:
    """community, at (seconds): when something last happened in each of these, no later than now."""
    return (
        """SELECT community, toInt64(toUnixTimestamp(max(happened))) AS at FROM weilu.events
WHERE community IN {communities:Array(UInt32)} AND happened <= now() GROUP BY community""",
        {"communities": sorted(communities)},
    )
