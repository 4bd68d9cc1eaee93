"""What does a diagnosis read of some communities: who says how much, what the loudest said, who came and went?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.facts import Rows, Sql


def voices(rows: Rows) -> Sql:
    """community, person, said, begun: how many messages each person sent in each community, and how many of them answer nobody."""
    sql = f"""
SELECT e.community AS community, {rows.person} AS person, toUInt32(count()) AS said,
    toUInt32(countIf(e.about = 0)) AS begun
FROM {rows.tables} WHERE {rows.where} AND e.kind = 'message.sent' AND {rows.person} > 0
GROUP BY community, person ORDER BY community, said DESC, person"""
    return sql, rows.values


def messages(rows: Rows, people: Collection[int], most: int) -> Sql:
    """community, position, person, at (seconds): the newest messages of these people, at most so many a community, in the order
    in which they happened."""
    sql = f"""
SELECT community, position, person, at FROM (
    SELECT e.community AS community, e.position AS position, {rows.person} AS person,
        toInt64(toUnixTimestamp(e.happened)) AS at
    FROM {rows.tables}
    WHERE {rows.where} AND e.kind = 'message.sent' AND {rows.person} IN {{people:Array(UInt32)}}
    ORDER BY community, at DESC, position DESC LIMIT {int(most)} BY community
) ORDER BY community, at, position"""
    return sql, {**rows.values, "people": sorted(people)}


def comings(rows: Rows) -> Sql:
    """community, kind, person, at (seconds), way: joins and leaves in the order in which they happened; `way` as the platform says
    it, such as removed, else empty."""
    sql = f"""
SELECT e.community AS community, toString(e.kind) AS kind, {rows.person} AS person,
    toInt64(toUnixTimestamp(e.happened)) AS at, visitParamExtractString(e.properties, 'way') AS way
FROM {rows.tables}
WHERE {rows.where} AND e.kind IN ('member.joined', 'member.left') AND {rows.person} > 0
ORDER BY e.community, e.happened, e.ms, e.position"""
    return sql, rows.values


def newcomers(rows: Rows, settled: int, seconds: int) -> Sql:
    """community, person, spoke (0 or 1): whoever joined before `settled` (seconds since 1970), each once in each community by the
    newest of those joinings, and whether they sent a message there within so many seconds after."""
    joining = "e.kind = 'member.joined'"
    sql = f"""
SELECT community, person,
    toUInt8(joined > 0 AND arrayExists(x -> x >= joined AND x < joined + {{seconds:UInt32}}, said)) AS spoke FROM (
    SELECT e.community AS community, {rows.person} AS person,
        maxIf(toInt64(toUnixTimestamp(e.happened)), {joining} AND toUnixTimestamp(e.happened) < {{settled:UInt32}}) AS joined,
        groupArrayIf(toInt64(toUnixTimestamp(e.happened)), e.kind = 'message.sent') AS said
    FROM {rows.tables}
    WHERE {rows.where} AND e.kind IN ('member.joined', 'message.sent') AND {rows.person} > 0
    GROUP BY community, person HAVING joined > 0
) ORDER BY community, person"""
    return sql, {**rows.values, "settled": settled, "seconds": seconds}
