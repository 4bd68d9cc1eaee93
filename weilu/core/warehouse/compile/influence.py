"""Who does how much, who answers whom, and which events stand behind a factor of influence?

An *answer* is a reply to somebody's message or a mention of them; a *tie* is an answer or a reaction. Both lead from the one
who acts to the one who is meant: the event's target, the author of the message that it is about, and whoever it mentions.
Nobody is tied to themselves or to a bot.
"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.facts import KNOWN, Rows, Sql

CONTRIBUTIONS = ("message.sent", "poll.voted", "checkin.done", "order.paid")
"""Doing these is a contribution; a reaction is presence and a tie, not a contribution."""
REACTION = "reaction.added"
MESSAGE = "message.sent"


def activity(rows: Rows, timezone: str) -> Sql:
    """scope, person, day (local, days since 1970), contributions: a row for each day with an interaction, by day."""
    sql = f"""
SELECT e.community AS scope, {rows.person} AS person, toUInt16(toDate(e.happened, {{timezone:String}})) AS day,
    countIf(e.kind IN {{contributions:Array(String)}}) AS contributions
FROM {rows.tables} WHERE {rows.where} AND e.interaction = 1
GROUP BY scope, person, day HAVING toInt64(person) > 0 ORDER BY day, scope, person"""
    return sql, {**rows.values, "contributions": list(CONTRIBUTIONS), "timezone": timezone}


def ties(rows: Rows, timezone: str) -> Sql:
    """scope, source, goal, day, weight, answers: how many events of a local day tie one person to another, and how many of
    them are answers; by day."""
    meant, values = _meant(rows)
    sql = f"""
SELECT community AS scope, source, goal, toUInt16(toDate(moment.1, {{timezone:String}})) AS day,
    uniqExact(position) AS weight, uniqExactIf(position, answer) AS answers
FROM ({meant}) WHERE source != goal GROUP BY scope, source, goal, day ORDER BY day, scope, source, goal"""
    return sql, {**values, "timezone": timezone}


def tied_to(rows: Rows, person: int, *, answers_only: bool) -> Sql:
    """position of every event that ties somebody to this person, newest first."""
    meant, values = _meant(rows)
    only = "AND answer" if answers_only else ""
    sql = f"""
SELECT position FROM ({meant}) WHERE goal = {{goal:UInt32}} AND source != goal {only}
GROUP BY position ORDER BY any(moment) DESC, position DESC"""
    return sql, {**values, "goal": person}


def answers_of(rows: Rows) -> Sql:
    """other, answers: whom the identities in `rows` answered or mentioned, by how many events."""
    meant, values = _meant(rows)
    sql = f"""
SELECT goal AS other, uniqExact(position) AS answers FROM ({meant}) WHERE source != goal AND answer
GROUP BY other ORDER BY answers DESC, other LIMIT 100"""
    return sql, values


def done_by(rows: Rows, person: int, *, contributions_only: bool) -> Sql:
    """position of what this person did in `rows`, newest first: their contributions, or all their interactions."""
    only = "AND e.kind IN {contributions:Array(String)}" if contributions_only else ""
    sql = f"""
SELECT e.position AS position FROM {rows.tables}
WHERE {rows.where} AND e.interaction = 1 {only} AND {rows.person} = {{person:UInt32}}
ORDER BY e.happened DESC, e.ms DESC, e.position DESC"""
    values: dict[str, object] = {**rows.values, "person": person}
    return sql, values | ({"contributions": list(CONTRIBUTIONS)} if contributions_only else {})


def _meant(rows: Rows) -> tuple[str, dict[str, object]]:
    """community, position, source, goal, answer: one row for each person whom an event means."""
    person_of = _person_of(rows)
    by_then = "" if rows.known is None else "AND a.position <= {known:UInt64}"
    acts = f"""
SELECT e.community AS community, e.position AS position, (e.happened, e.ms) AS moment, toUInt32({rows.person}) AS source, e.about AS about,
    arrayDistinct(arrayFilter(i -> i > 0, arrayPushBack(e.mentions, e.target))) AS named, e.kind = '{MESSAGE}' AS answer
FROM {rows.tables}
WHERE {rows.where} AND e.kind IN ('{MESSAGE}', '{REACTION}') AND (e.about > 0 OR e.target > 0 OR notEmpty(e.mentions))"""
    authors = f"""
SELECT a.subject AS subject, any(a.identity) AS author FROM weilu.events AS a
WHERE a.kind = '{MESSAGE}' AND a.identity > 0 {by_then} AND a.subject IN (
    SELECT e.about FROM {rows.tables} WHERE {rows.where} AND e.about > 0 AND e.kind IN ('{MESSAGE}', '{REACTION}'))
GROUP BY subject"""
    sql = f"""
SELECT m.community AS community, m.position AS position, m.moment AS moment, m.source AS source, toUInt32({person_of}) AS goal, m.answer AS answer
FROM (
    SELECT t.community AS community, t.position AS position, t.moment AS moment, t.source AS source, t.answer AS answer,
        arrayJoin(arrayDistinct(arrayPushBack(t.named, w.author))) AS identity
    FROM ({acts}) AS t ANY LEFT JOIN ({authors}) AS w ON w.subject = t.about
) AS m {_owner_of(rows)}
WHERE m.identity > 0 AND m.source > 0 AND toInt64(goal) > 0"""
    return sql, rows.values


def _person_of(rows: Rows) -> str:
    return "dictGet('weilu.owner', 'person', toUInt64(m.identity))" if rows.known is None else "owner"


def _owner_of(rows: Rows) -> str:
    if rows.known is None:
        return ""
    return KNOWN


def inside(moment: int, scopes: Collection[int] | None) -> Sql:
    """scope, who: everybody who is in just before a moment (seconds), as concluded."""
    only = "" if scopes is None else "AND scope IN {scopes:Array(UInt32)}"
    sql = f"""
SELECT scope, who FROM weilu.timelines FINAL
WHERE key = 'membership' AND vals[arrayCount(f -> toUInt32(f) < {{moment:UInt32}}, froms)] = 'in' {only}
ORDER BY scope, who"""
    return sql, {"moment": moment, **({} if scopes is None else {"scopes": sorted(scopes)})}


def earliest(after: int, upto: int, highest_owner: int) -> Sql:
    """since: seconds of the first event in (after, upto] or of an identity that was minted or changed hands since."""
    return (
        """SELECT min(toUnixTimestamp(happened)) AS since, count() AS events FROM weilu.events
WHERE (position > {after:UInt64} AND position <= {upto:UInt64})
   OR identity IN (SELECT identity FROM weilu.ownership WHERE id > {highest:UInt64})""",
        {"after": after, "upto": upto, "highest": highest_owner},
    )


def first_moment() -> Sql:
    """since, events: seconds of the first event of all."""
    return (
        "SELECT min(toUnixTimestamp(happened)) AS since, count() AS events FROM weilu.events WHERE identity > 0",
        {},
    )


def scored() -> Sql:
    """scope, who, version (the highest of all) of every present score above 0."""
    newest = "SELECT scope, who, score, version FROM weilu.scores FINAL"
    return (
        f"SELECT scope, who, (SELECT max(version) FROM weilu.scores) AS version FROM ({newest}) WHERE score > 0",
        {},
    )


def scores(scopes: Collection[int] | None = None, people: Collection[int] | None = None) -> Sql:
    """The present scores as they stand, those above 0."""
    conditions = ["1"]
    conditions += ["scope IN {scopes:Array(UInt32)}"] * (scopes is not None)
    conditions += ["who IN {people:Array(UInt32)}"] * (people is not None)
    given = {"scopes": scopes, "people": people}
    newest = "ORDER BY scope, who, version DESC LIMIT 1 BY scope, who"
    sql = f"SELECT * FROM (SELECT * FROM weilu.scores WHERE {' AND '.join(conditions)} {newest}) WHERE score > 0"
    return sql, {name: sorted(ids) for name, ids in given.items() if ids is not None}
