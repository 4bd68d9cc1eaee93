"""What do members hold whose ids lie in a narrow range? For lists by id: led by the sort key, however many members there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from weilu.core.warehouse.compile.facts import Sql


def held_between(keys: Sequence[str], scopes: Collection[int], after: int, upto: int, before: int) -> Sql:
    """key, who, value of members in (after, upto], as stored, just before a moment in seconds; '' is left out."""
    return (
        """SELECT key, who, vals[arrayLastIndex(f -> f < toDateTime({before:UInt32}, 'UTC'), froms)] AS value
FROM weilu.timelines FINAL WHERE key IN {keys:Array(String)} AND scope IN {scopes:Array(UInt32)}
AND who > {after:UInt32} AND who <= {upto:UInt32} AND value != '' ORDER BY who SETTINGS max_threads = 1""",
        {
            "keys": list(keys),
            "scopes": sorted(scopes),
            "after": after,
            "upto": upto,
            "before": before,
        },
    )


def held_by(keys: Sequence[str], scopes: Collection[int], who: Collection[int], before: int) -> Sql:
    """The same for these members."""
    return (
        """SELECT key, who, vals[arrayLastIndex(f -> f < toDateTime({before:UInt32}, 'UTC'), froms)] AS value
FROM weilu.timelines FINAL WHERE key IN {keys:Array(String)} AND scope IN {scopes:Array(UInt32)}
AND who IN {who:Array(UInt32)} AND value != '' ORDER BY who SETTINGS max_threads = 1""",
        {"keys": list(keys), "scopes": sorted(scopes), "who": sorted(who), "before": before},
    )


def scored(scopes: Collection[int], who: Collection[int]) -> Sql:
    """who, score: the highest over the scopes, of these members."""
    return (
        """SELECT who, max(score) AS score FROM weilu.scores FINAL
WHERE scope IN {scopes:Array(UInt32)} AND who IN {who:Array(UInt32)} GROUP BY who SETTINGS max_threads = 1""",
        {"scopes": sorted(scopes), "who": sorted(who)},
    )
