"""What does the column store know about people: all of them for a table, one of them for a page?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weilu.core.warehouse.compile.facts import Rows, Sql
from weilu.core.warehouse.compile.source import owner

MOMENT_MS = "toInt64(toUnixTimestamp(e.happened)) * 1000 + e.ms"
MESSAGE = "message.sent"
ONE_THREAD = "SETTINGS max_threads = 1"
"""For what reads few rows of one person: a second thread costs more than it brings."""


SEEN = f"""e.community AS community, countIf(e.kind = '{MESSAGE}') AS messages, countIf(e.interaction = 1) AS interactions,
    toInt64(toUnixTimestamp(min(e.happened))) AS first,
    toInt64(toUnixTimestamp(maxIf(e.happened, e.interaction = 1))) AS last,
    toInt64(toUnixTimestamp(maxIf(e.happened, e.kind = 'member.joined'))) AS joined,
    groupUniqArray(e.identity) AS identities,
    sumMapIf([toInt32(toMonday(toDate(e.happened, {{timezone:String}})))], [toUInt32(1)], e.interaction = 1) AS by_week"""
SEEN_NAMES = "community, messages, interactions, first, last, joined, identities"
"""What is counted of one person in one community; `by_week` holds Mondays as days since 1970, and how many."""

EVENT = f"""e.position AS position, e.kind AS kind, {MOMENT_MS} AS at, e.community AS community, e.room AS room, \
e.about AS about, e.target AS target, e.value AS value, e.identity AS identity"""
"""What a timeline shows of an event, by numbers; `at` in milliseconds."""


def totals(rows: Rows) -> Sql:
    """person, communities, messages, first, last (seconds; last interaction, 0 without one), one row a person."""
    sql = f"""
SELECT {rows.person} AS person, uniqExactIf(e.community, e.community > 0) AS communities,
    countIf(e.kind = '{MESSAGE}') AS messages, toInt64(toUnixTimestamp(min(e.happened))) AS first,
    toInt64(toUnixTimestamp(maxIf(e.happened, e.interaction = 1))) AS last
FROM {rows.tables} WHERE {rows.where}
GROUP BY person HAVING toInt64(person) > 0 ORDER BY person"""
    return sql, rows.values


def crowd(community: int, since: int) -> Sql:
    """people, members: how many did anything in a community since a second, and how many of them are no visitors."""
    return (
        f"""SELECT uniqExactIf(person, person > 0) AS people, uniqExactIf(person, counted > 0) AS members FROM (
    SELECT {owner("person", "e.identity")} AS person, {owner("counted", "e.identity")} AS counted FROM weilu.events AS e
    WHERE e.community = {{community:UInt32}} AND e.happened >= toDateTime({{since:UInt32}}, 'UTC'))""",
        {"community": community, "since": since},
    )


def seen_in(rows: Rows, person: int, timezone: str) -> Sql:
    """community, messages, interactions, first, last, joined (seconds; 0: never), identities, weeks, counts of one person.

    `weeks` are Mondays of the time zone as days since 1970, `counts` the interactions in them.
    """
    sql = f"""
SELECT {SEEN_NAMES}, by_week.1 AS weeks, by_week.2 AS counts FROM (
SELECT {SEEN}
FROM {rows.tables} WHERE {rows.where} AND {rows.person} = {{person:UInt32}}
GROUP BY community) ORDER BY messages DESC, community {ONE_THREAD}"""
    return sql, {**rows.values, "person": person, "timezone": timezone}


def story(
    rows: Rows, person: int, limit: int, before: tuple[int, int] | None, kinds: Collection[str] | None
) -> Sql:
    """The values of `EVENT`: newest first, below (ms, position)."""
    conditions = [f"{rows.person} = {{person:UInt32}}"]
    values: dict[str, object] = {**rows.values, "person": person, "limit": limit}
    if before is not None:
        conditions.append(f"({MOMENT_MS}, e.position) < ({{at:Int64}}, {{position:UInt64}})")
        values |= {"at": before[0], "position": before[1]}
    if kinds is not None:
        conditions.append("e.kind IN {kinds:Array(String)}")
        values["kinds"] = sorted(kinds)
    sql = f"""
SELECT {EVENT} FROM {rows.tables} WHERE {rows.where} AND {" AND ".join(conditions)}
ORDER BY at DESC, position DESC LIMIT {{limit:UInt32}} {ONE_THREAD}"""
    return sql, values


def answered_by(rows: Rows, person: int, mine: Collection[int]) -> Sql:
    """other, answers: who answered the messages of these identities or mentioned them; `rows` are everybody's.

    The same events as `influence.tied_to(…, answers_only=True)`, found without a join: led by few identities, not by all.
    """
    own = Rows(rows.communities, mine, before=rows.before, known=rows.known)
    sql = f"""
SELECT other, count() AS answers FROM (
    SELECT {rows.person} AS other FROM {rows.tables}
    WHERE {rows.where} AND e.kind = '{MESSAGE}' AND (e.about > 0 OR e.target > 0 OR notEmpty(e.mentions))
        AND (hasAny(e.mentions, {{mine:Array(UInt32)}}) OR e.target IN {{mine:Array(UInt32)}} OR e.about IN (
            SELECT e.subject FROM weilu.events AS e
            WHERE {own.where.replace("{identities:", "{mine:")} AND e.kind = '{MESSAGE}' AND e.subject > 0))
) WHERE toInt64(other) > 0 AND toInt64(other) != {{person:Int64}}
GROUP BY other ORDER BY answers DESC, other LIMIT 100"""
    return sql, {**rows.values, "mine": sorted(mine), "person": person}


def holders(key: str, before: int, scopes: Sequence[int]) -> Sql:
    """scope, who, value: what everybody holds just before a moment (seconds); '' is left out."""
    return (
        """SELECT scope, who, vals[arrayCount(f -> toUInt32(f) < {before:UInt32}, froms)] AS value
FROM weilu.timelines FINAL WHERE key = {key:String} AND scope IN {scopes:Array(UInt32)} AND value != ''
ORDER BY scope, who""",
        {"key": key, "before": before, "scopes": list(scopes)},
    )


def moves(scopes: Sequence[int], since: int, before: int, key: str = "state") -> Sql:
    """scope, who, at (seconds), was, now, rule: every change of a conclusion in [since, before), oldest first."""
    return (
        """SELECT scope, who, toInt64(toUnixTimestamp(at)) AS at, was, now, rule FROM (
    SELECT scope, who, rule, at, was, now FROM weilu.timelines FINAL
    ARRAY JOIN froms AS at, arrayPopBack(arrayPushFront(vals, '')) AS was, vals AS now
    WHERE key = {key:String} AND scope IN {scopes:Array(UInt32)}
) WHERE at >= toDateTime({since:UInt32}, 'UTC') AND at < toDateTime({before:UInt32}, 'UTC')
ORDER BY at, scope, who""",
        {"key": key, "scopes": list(scopes), "since": since, "before": before},
    )
