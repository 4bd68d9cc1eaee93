"""What does the column store know for the states of members: seats, bouts, who was touched, and the stored histories?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.facts import Rows, Share, Sql

MOMENT_MS = "toUnixTimestamp(e.happened) * 1000 + e.ms"
FAR = 10**12
"""Farther than any moment in seconds: stands for the neighbour that the first and the last interaction lack."""


def seats(rows: Rows) -> Sql:
    """community, person, identity, first, joins, leaves (milliseconds): one row an identity in a community; `named` is 0 where
    the identity is anonymous, so that it makes nobody a member of the brand."""
    sql = f"""
SELECT e.community AS community, {rows.person} AS person, e.identity AS identity,
    min({MOMENT_MS}) AS first, max({rows.holder} > 0) AS named,
    arraySort(groupArrayIf({MOMENT_MS}, e.kind = 'member.joined')) AS joins,
    arraySort(groupArrayIf({MOMENT_MS}, e.kind = 'member.left')) AS leaves
FROM {rows.tables} WHERE {rows.where}
GROUP BY community, person, identity HAVING toInt64(person) > 0 ORDER BY community, person, identity"""
    return sql, rows.values


def returns(rows: Rows) -> Sql:
    """community, identity, back (milliseconds): for each leaving the first interaction after it, where there is one."""
    few = "" if rows.identities is None else " AND identity IN {identities:Array(UInt32)}"
    leavers = f"SELECT identity FROM weilu.events WHERE kind = 'member.left'{few}"
    sql = f"""
SELECT community, identity, arrayDistinct(arrayFilter(b -> b > 0, arrayMap(l -> arrayFirst(a -> a > l, acts), leaves))) AS back
FROM (SELECT e.community AS community, e.identity AS identity, groupArrayIf({MOMENT_MS}, e.kind = 'member.left') AS leaves,
        arraySort(groupArrayIf({MOMENT_MS}, e.interaction = 1)) AS acts
    FROM {rows.tables} WHERE {rows.where} AND (e.kind = 'member.left' OR e.interaction = 1) AND e.identity IN ({leavers})
    GROUP BY community, identity)
WHERE notEmpty(acts) AND notEmpty(back)"""
    return sql, rows.values


def bouts(rows: Rows, gap: int, *, whole_person: bool) -> Sql:
    """scope, person, starts, ends (seconds): runs of interactions without a gap of `gap` seconds or more.

    Scope is the community, or 0 for the person over all that `rows` holds.
    """
    scope = "toUInt32(0)" if whole_person else "e.community"
    sql = f"""
SELECT scope, person,
    arrayFilter((t, p) -> t - p >= {{gap:Int64}}, moments, arrayPushFront(arrayPopBack(moments), toInt64(-{FAR}))) AS starts,
    arrayFilter((t, n) -> n - t >= {{gap:Int64}}, moments, arrayPushBack(arrayPopFront(moments), toInt64({FAR}))) AS ends
FROM (
    SELECT {scope} AS scope, {rows.person} AS person, arraySort(groupArray(toUnixTimestamp(e.happened))) AS moments
    FROM {rows.tables} WHERE {rows.where} AND e.interaction = 1
    GROUP BY scope, person HAVING toInt64(person) > 0
) ORDER BY scope, person"""
    return sql, {**rows.values, "gap": gap}


def touched(after: int, upto: int) -> Sql:
    """person, identity, community of the events in (after, upto]."""
    return (
        """SELECT DISTINCT dictGet('weilu.owner', 'person', toUInt64(identity)) AS person, identity, community
FROM weilu.events WHERE position > {after:UInt64} AND position <= {upto:UInt64} AND identity > 0""",
        {"after": after, "upto": upto},
    )


def owned_after(highest: int) -> Sql:
    """added, members: how many ownership rows have a higher id, and every member, old or new, of their identities."""
    return (
        """SELECT countIf(id > {highest:UInt64}) AS added, groupUniqArray(member) AS members
FROM weilu.ownership FINAL WHERE identity IN (SELECT identity FROM weilu.ownership WHERE id > {highest:UInt64})""",
        {"highest": highest},
    )


def identities_of(people: Collection[int]) -> Sql:
    """identity of everything that these members own or ever owned."""
    return (
        "SELECT DISTINCT identity FROM weilu.ownership WHERE member IN {people:Array(UInt32)}",
        {"people": sorted(people)},
    )


def stored(
    keys: Collection[str],
    people: Collection[int] | None,
    scopes: Collection[int] | None = None,
    share: Share | None = None,
) -> Sql:
    """key, scope, who, froms, vals, version as they stand; of all people where `people` is None, of all scopes likewise."""
    where, values = _stored_where(keys, people, scopes)
    columns = "SELECT key, scope, who, froms, vals, version FROM weilu.timelines"
    if people is None:
        if share is not None:
            where, values = (
                f"{where} AND who % {{of:UInt32}} = {{part:UInt32}}",
                {**values, **share._asdict()},
            )
        return f"{columns} FINAL WHERE {where} ORDER BY key, scope, who", values
    # For few people the newest of their rows is found faster by hand than by FINAL (6 ms against 16 at 200,000 histories).
    newest = "ORDER BY key, scope, who, version DESC LIMIT 1 BY key, scope, who SETTINGS max_threads = 1"
    return f"{columns} WHERE {where} {newest}", values


def scopes() -> Sql:
    """scope, events, accounts: of each community, and of all together as scope 0."""
    return (
        """SELECT community AS scope, count() AS events, uniq(identity) AS accounts FROM weilu.events
WHERE identity > 0 AND community > 0 GROUP BY community
UNION ALL SELECT toUInt32(0) AS scope, count() AS events, uniq(identity) AS accounts FROM weilu.events
WHERE identity > 0 HAVING events > 0 ORDER BY scope""",
        {},
    )


def first_change(key: str) -> Sql:
    """first: seconds of the earliest change point of a key; 0 where there is none."""
    return (
        """SELECT toInt64(toUnixTimestamp(min(froms[1]))) AS first FROM weilu.timelines FINAL
WHERE key = {key:String} AND notEmpty(froms)""",
        {"key": key},
    )


def stored_scopes(keys: Collection[str], people: Collection[int] | None) -> Sql:
    """scope of everything that stands."""
    where, values = _stored_where(keys, people, None)
    return f"SELECT DISTINCT scope FROM weilu.timelines WHERE {where}", values


def _stored_where(
    keys: Collection[str], people: Collection[int] | None, scopes: Collection[int] | None
) -> tuple[str, dict[str, object]]:
    given = {"scopes": scopes, "people": people}
    columns = {"scopes": "scope", "people": "who"}
    asked = {name: sorted(ids) for name, ids in given.items() if ids is not None}
    parts = [f"{columns[name]} IN {{{name}:Array(UInt32)}}" for name in asked]
    return " AND ".join(["key IN {keys:Array(String)}", *parts]), {"keys": sorted(keys), **asked}
