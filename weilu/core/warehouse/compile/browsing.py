"""Who holds which state and tier, member by member in the order of their ids? Led by the sort key, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from weilu.core.warehouse.compile.facts import Sql

NOTHING = 255
"""Rank of a value that nobody holds."""


@dataclass(frozen=True, slots=True)
class Browse:
    """Members in (after, upto], or (where given) only these. `states` and `tiers` are the values, best first; `state` and `tier`
    are places in them, from 1, that a member's best must have; None: any. `members`: only members of the brand, only visitors;
    None: both."""

    scopes: Collection[int]
    before: int
    states: Sequence[str]
    tiers: Sequence[str]
    after: int = 0
    upto: int = 0
    only: Collection[int] | None = None
    state: int | None = None
    tier: int | None = None
    limit: int = 50
    members: bool | None = None


def holders(asked: Browse) -> Sql:
    """who, state, tier (places of the best over the scopes, from 1; `NOTHING` without one) and score, ascending by who.

    Whoever has no state is nobody's member and is left out.
    """
    range_ = (
        "who IN {only:Array(UInt32)}"
        if asked.only is not None
        else "who > {after:UInt32} AND who <= {upto:UInt32}"
    )
    which = "1"
    if asked.members is not None and 0 not in asked.scopes:
        which = f"""who {"IN" if asked.members else "NOT IN"} (SELECT who FROM weilu.timelines FINAL
            WHERE key = 'membership' AND scope = 0 AND notEmpty(froms) AND toUInt32(froms[1]) < {{before:UInt32}} AND {range_})"""
    wanted = [f"{name} = {{{name}:UInt8}}" for name in ("state", "tier") if getattr(asked, name) is not None]
    sql = f"""
SELECT who, min(s) AS state, min(t) AS tier, max(p) AS score FROM (
    SELECT who, if(key = 'state', place, {NOTHING}) AS s, if(key = 'tier', place, {NOTHING}) AS t, 0 AS p FROM (
        SELECT key, who, vals[arrayCount(f -> toUInt32(f) < {{before:UInt32}}, froms)] AS value,
            toUInt8(if(key = 'state', indexOf({{states:Array(String)}}, value), indexOf({{tiers:Array(String)}}, value))) AS place
        FROM weilu.timelines FINAL
        WHERE key IN ('state', 'tier') AND scope IN {{scopes:Array(UInt32)}} AND {range_} AND {which})
    WHERE place > 0
    UNION ALL
    SELECT who, toUInt8({NOTHING}) AS s, toUInt8({NOTHING}) AS t, score AS p FROM weilu.scores FINAL
    WHERE scope IN {{scopes:Array(UInt32)}} AND {range_})
GROUP BY who HAVING {" AND ".join([f"state < {NOTHING}", *wanted])}
ORDER BY who LIMIT {{limit:UInt32}} SETTINGS max_threads = 1"""
    return sql, {name: value for name, value in _values(asked).items() if value is not None}


def _values(asked: Browse) -> dict[str, object]:
    given = asked.only is not None
    return {
        "scopes": sorted(asked.scopes),
        "before": asked.before,
        "states": list(asked.states),
        "tiers": list(asked.tiers),
        "after": None if given else asked.after,
        "upto": None if given else asked.upto,
        "only": sorted(asked.only) if asked.only is not None else None,
        "state": asked.state,
        "tier": asked.tier,
        "limit": asked.limit,
    }
