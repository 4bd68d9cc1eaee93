"""What does the store know about each of many members, as one JSON text a member? Built there: a text costs less to carry
over than the thousands of small lists in it."""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.warehouse.compile.facts import Rows, Share, Sql
from weilu.core.warehouse.compile.people import SEEN

PLAIN = "SETTINGS output_format_json_quote_64bit_integers = 0"


def seen(people: Collection[int] | None, share: Share | None, timezone: str) -> Sql:
    """who, text: a list for each community, its values in the order of `people.seen_in`; the most messages first."""
    identities = "e.identity IN (SELECT identity FROM weilu.ownership WHERE member IN {people:Array(UInt32)})"
    rows = Rows(share=share)
    values: dict[str, object] = {**rows.values, "timezone": timezone}
    where = rows.where
    if people is not None:
        where = f"{where} AND {identities} AND {rows.person} IN {{people:Array(UInt32)}}"
        values["people"] = sorted(people)
    sql = f"""
SELECT who, toJSONString(groupArray((community, messages, interactions, first, last, joined, identities,
    by_week.1, by_week.2))) AS text
FROM (SELECT {rows.person} AS who, {SEEN} FROM {rows.tables} WHERE {where} AND e.community > 0
    GROUP BY who, community HAVING toInt64(who) > 0 ORDER BY who, messages DESC, community)
GROUP BY who ORDER BY who {PLAIN}"""
    return sql, values


def lines(people: Collection[int] | None, share: Share | None) -> Sql:
    """who, text: a list [key, scope, froms, vals] for each history of states and of membership."""
    where, values = "1", {}
    if share is not None:
        where, values = "who % {of:UInt32} = {part:UInt32}", dict[str, object](share._asdict())
    if people is not None:
        where, values = "who IN {people:Array(UInt32)}", {"people": sorted(people)}
    sql = f"""
SELECT who, toJSONString(groupArray((key, scope, arrayMap(f -> toUInt32(f), froms), vals))) AS text
FROM (SELECT key, scope, who, froms, vals FROM weilu.timelines FINAL
    WHERE key IN ('state', 'membership') AND notEmpty(froms) AND {where} ORDER BY who, key, scope)
GROUP BY who ORDER BY who {PLAIN}"""
    return sql, values


def scores() -> Sql:
    """who, text: a list of objects, the present scores above 0 as `influence.scores` has them."""
    names = "scope, contributions, answerers, days, contribution, diversity, reach, presence, score, tier, place, members"
    sql = f"""
SELECT who, toJSONString(groupArray(CAST(({names}), 'Tuple({_named(names)})'))) AS text
FROM (SELECT who, {names} FROM weilu.scores FINAL WHERE score > 0 ORDER BY who, scope)
GROUP BY who ORDER BY who {PLAIN}"""
    return sql, {}


def _named(names: str) -> str:
    return ", ".join(f"{name} {'String' if name == 'tier' else 'UInt32'}" for name in names.split(", "))
