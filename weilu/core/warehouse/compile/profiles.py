"""What does the store know about each of many members, as one JSON text a member? Built there: a text costs less to carry
over than the thousands of small lists in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weilu.core.warehouse.compile.facts import Rows, Share, Sql
from weilu.core.warehouse.compile.people import EVENT, SEEN, SEEN_NAMES


def seen(people: Collection[int] | None, share: Share | None, timezone: str) -> Sql:
    """who, text: a list for each community, its values in the order of `people.seen_in`; the most messages first."""
    rows, where, values = _rows(people, share)
    values["timezone"] = timezone
    told = [*map(_number, SEEN_NAMES.split(", ")), _number("by_week.1"), _number("by_week.2")]
    sql = f"""
SELECT who, {_several(_list(told))} AS text
FROM (SELECT {rows.person} AS who, {SEEN} FROM {rows.tables} WHERE {where} AND e.community > 0
    GROUP BY who, community HAVING toInt64(who) > 0 ORDER BY who, messages DESC, community)
GROUP BY who ORDER BY who"""
    return sql, values


def newest(people: Collection[int] | None, share: Share | None, limit: int) -> Sql:
    """who, text: a list for each of the newest events, newest first, its values in the order of `people.EVENT`."""
    rows, where, values = _rows(people, share)
    names = [part.rsplit(" ", 1)[1] for part in EVENT.split(", ")]
    told = [_word(name) if name == "kind" else _known(name) for name in names]
    sql = f"""
SELECT who, {_several(_list(told))} AS text
FROM (SELECT {rows.person} AS who, {EVENT} FROM {rows.tables} WHERE {where} AND toInt64({rows.person}) > 0
    ORDER BY who, at DESC, position DESC LIMIT {limit:d} BY who)
GROUP BY who ORDER BY who"""
    return sql, values


def _rows(people: Collection[int] | None, share: Share | None) -> tuple[Rows, str, dict[str, object]]:
    """The rows of a share, or of these people: led by their identities, since events are not sorted by people."""
    rows = Rows(share=share)
    if people is None:
        return rows, rows.where, dict(rows.values)
    identities = "e.identity IN (SELECT identity FROM weilu.ownership WHERE member IN {people:Array(UInt32)})"
    where = f"{rows.where} AND {identities} AND {rows.person} IN {{people:Array(UInt32)}}"
    return rows, where, {**rows.values, "people": sorted(people)}


def lines(people: Collection[int] | None, share: Share | None) -> Sql:
    """who, text: a list [key, scope, froms, vals] for each history of states and of membership."""
    where, values = "1", {}
    if share is not None:
        where, values = "who % {of:UInt32} = {part:UInt32}", dict[str, object](share._asdict())
    if people is not None:
        where, values = "who IN {people:Array(UInt32)}", {"people": sorted(people)}
    told = [_word("key"), _number("scope"), _number("moments"), _words("vals")]
    sql = f"""
SELECT who, {_several(_list(told))} AS text
FROM (SELECT key, scope, who, arrayMap(f -> toUInt32(f), froms) AS moments, vals FROM weilu.timelines FINAL
    WHERE key IN ('state', 'membership') AND notEmpty(froms) AND {where} ORDER BY who, key, scope)
GROUP BY who ORDER BY who"""
    return sql, values


def scores() -> Sql:
    """who, text: a list of objects, the present scores above 0 as `influence.scores` has them."""
    names = "scope, contributions, answerers, days, contribution, diversity, reach, presence, score, tier, place, members"
    told = [
        f"""'"{name}":', {_word(name) if name == "tier" else _number(name)}""" for name in names.split(", ")
    ]
    sql = f"""
SELECT who, {_several(_list(told, "{}"))} AS text
FROM (SELECT who, {names} FROM weilu.scores FINAL WHERE score > 0 ORDER BY who, scope)
GROUP BY who ORDER BY who"""
    return sql, {}


# JSON out of words that the oldest server knows, and in two thirds of the time that `toJSONString` takes ----------------


def _number(column: str) -> str:
    """A number, or a list of some: as text they are JSON."""
    return f"toString({column})"


def _known(column: str) -> str:
    """A number that may be missing."""
    return f"ifNull(toString({column}), 'null')"


def _word(column: str) -> str:
    """One of our own words (a key, a tier), in which nothing needs to be escaped."""
    return f"""'"', {column}, '"'"""


def _words(column: str) -> str:
    return f"""'["', arrayStringConcat({column}, '","'), '"]'"""


def _list(told: Sequence[str], brackets: str = "[]") -> str:
    inside = ", ',', ".join(told)
    return f"concat('{brackets[0]}', {inside}, '{brackets[1]}')"


def _several(text: str) -> str:
    return f"concat('[', arrayStringConcat(groupArray({text}), ','), ']')"
