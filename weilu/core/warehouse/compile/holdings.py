"""Which value of a conclusion does each person hold, just before each of some moments?

Conclusions stand in `timelines` as change points per (scope, person). One community has its own scope, all of the brand are
scope 0. For some communities a person counts once, by the best value among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse import conclusions
from weilu.core.warehouse.compile.rows import COMMUNITY
from weilu.core.warehouse.compile.source import Bound, among, following
from weilu.core.warehouse.frame import Frame

STATE, TIER = "state", "tier"
ORDER = {
    STATE: ("active", "returning", "new", "dormant", "churned", ""),
    TIER: ("kol", "koc", "participant", "lurker", ""),
}
"""The best first: which value speaks for a person with different ones in several communities. '' is no member."""

WHOLE = 0
MEMBERSHIP = "membership"
NAMED = "notEmpty(froms) AND notEmpty(vals)"
"""Says nothing that is not so; the oldest server reads a column only if it is named outside of a lambda within a lambda."""


def values_of(key: str) -> tuple[str, ...]:
    return ORDER[key][:-1]


def holdings(key: str, frame: Frame, moments: Sequence[int], bound: Bound) -> str:
    """SELECT community, who, path: the values at the moments, one row a person (a person and community, if broken down)."""
    ranks = (
        _known(key, frame, moments, bound) if frame.known is not None else _stored(key, frame, moments, bound)
    )
    order = bound(ORDER[key], "Array(String)")
    if frame.scope is None and frame.breakdown != COMMUNITY:
        ranks = (
            f"SELECT toUInt32(0) AS community, who, minForEach(ranks) AS ranks FROM ({ranks}) GROUP BY who"
        )
    return f"SELECT community, who, arrayMap(r -> {order}[r], ranks) AS path FROM ({ranks})"


def changes(key: str, frame: Frame, moments: Sequence[int], bound: Bound) -> str:
    """SELECT at, held, n: how many hold each value just before the first moment (`at` is that moment), and by how many more
    or fewer hold it before each of the later ones. For one scope; moments ascend and differ."""
    first, last = bound(moments[0], "UInt32"), bound(moments[-1], "UInt32")
    next_ = following(bound, moments, "f[i]")
    return f"""SELECT step.1 AS at, step.2 AS held, sum(step.3) AS n FROM (
        SELECT arrayJoin(arrayConcat([(toUInt32({first}), vals[arrayCount(x -> x < {first}, f)], toInt8(1))],
                arrayMap(i -> ({next_}, vals[i - 1], toInt8(-1)), later),
                arrayMap(i -> ({next_}, vals[i], toInt8(1)), later))) AS step
        FROM (SELECT f, vals, arrayFilter(i -> f[i] >= {first} AND f[i] < {last}, arrayEnumerate(f)) AS later
            FROM (SELECT arrayMap(f -> toUInt32(f), froms) AS f, vals FROM weilu.timelines FINAL
                WHERE key = {bound(key, "String")} AND scope IN {bound.ids(_scopes(frame))}
                AND {among(frame, bound, "who")})))
        GROUP BY at, held"""


def cut(frame: Frame) -> bool:
    """Whether what stands in the scopes has to be cut to members: only the scope of the whole person knows no visitors."""
    return not frame.visitors and _scopes(frame) != (WHOLE,)


def _scopes(frame: Frame) -> tuple[int, ...]:
    return frame.communities if frame.scope is None or frame.breakdown == COMMUNITY else (frame.scope,)


def _stored(key: str, frame: Frame, moments: Sequence[int], bound: Bound) -> str:
    order, at = bound(ORDER[key], "Array(String)"), bound(tuple(moments), "Array(UInt32)")
    held = f"""FROM weilu.timelines FINAL
        WHERE key = {bound(key, "String")} AND scope IN {bound.ids(_scopes(frame))} AND {NAMED}
        AND {among(frame, bound, "who")}"""
    value = "vals[arrayCount(x -> toUInt32(x) < m, froms)]"
    if not cut(frame):
        return (
            f"SELECT scope AS community, who, arrayMap(m -> indexOf({order}, {value}), {at}) AS ranks {held}"
        )
    return f"""SELECT t.scope AS community, t.who AS who,
            arrayMap((m, r) -> toUInt64(if(m > c.since, r, {len(ORDER[key])})), {at}, t.ranks) AS ranks
        FROM (SELECT scope, who, arrayMap(m -> indexOf({order}, {value}), {at}) AS ranks {held}) AS t
        ALL INNER JOIN ({members(frame, bound)}) AS c ON c.who = t.who WHERE c.since > 0"""


def members(frame: Frame, bound: Bound) -> str:
    """SELECT who, since: everybody who is or was a member of the brand, and the second since which; of those alone whom the
    frame is about."""
    return f"""SELECT who, toUInt32(froms[1]) AS since FROM weilu.timelines FINAL
        WHERE key = {bound(MEMBERSHIP, "String")} AND scope = {bound(WHOLE, "UInt32")} AND {NAMED}
        AND {among(frame, bound, "who")}"""


def _known(key: str, frame: Frame, moments: Sequence[int], bound: Bound) -> str:
    """The same from what the concluding room computes for the knowledge of then."""
    assert frame.known is not None
    scopes = set(_scopes(frame))
    asked = None if 0 in scopes else tuple(sorted(scopes))
    paths: dict[tuple[int, int], list[int]] = {}
    nobody = len(ORDER[key])
    for n, moment in enumerate(moments):
        own = _members_known(moment, frame.known) if cut(frame) else None
        for scope, who, value in conclusions.known(key, asked, moment * 1000, frame.known):
            if scope in scopes and (own is None or who in own):
                paths.setdefault((scope, who), [nobody] * len(moments))[n] = ORDER[key].index(value) + 1
    return f"""SELECT community, who, ranks FROM (SELECT 1) ARRAY JOIN
        {bound(tuple(s for s, _ in paths), "Array(UInt32)")} AS community,
        {bound(tuple(w for _, w in paths), "Array(UInt32)")} AS who,
        {bound(tuple(tuple(path) for path in paths.values()), "Array(Array(UInt8))")} AS ranks
        WHERE {among(frame, bound, "who")}"""


def _members_known(moment: int, position: int) -> set[int]:
    """Who was a member of the brand just before a moment, as known at a position."""
    return {
        who for scope, who, _ in conclusions.known(STATE, None, moment * 1000, position) if scope == WHOLE
    }
