"""Who moved from which state to which, and how do members flow between states week by week?

A move is a change point of a stored history: a fact concluded from the log by a version of the rules, never an input.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.operators.access import Viewer, missing, visible_communities
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.frame import day_start
from weilu.members import thresholds
from weilu.members.rules.lifecycle import RULE_VERSION, in_force


@dataclass(frozen=True, slots=True)
class Moved:
    """One move. `rule` is the version of the rules, `thresholds` the number of the thresholds in force (0: the house's)."""

    scope: int
    member: int
    at: dt.datetime
    was: str
    now: str
    rule: int
    thresholds: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Moves of one week: (was, now) → how many. `week` is its Monday."""

    week: dt.date
    moved: dict[tuple[str, str], int]


def moves(
    viewer: Viewer,
    since: dt.datetime,
    before: dt.datetime,
    *,
    scopes: Sequence[int] | None = None,
    was: str | None = None,
    now: str | None = None,
) -> list[Moved]:
    """Moves between states in [since, before), oldest first. Without `scopes`: of every community the viewer sees.

    Scope 0, the whole person, is for viewers of all communities only. Future moves, by time alone, are included where
    `before` lies ahead. Raises NotFound for a scope that is not the viewer's.
    """
    asked = list(scopes) if scopes is not None else _all_scopes(viewer)
    for scope in asked:
        require_scope(viewer, scope)
    rows = client.query(*compiled.moves(asked, _seconds(since), _seconds(before))).to_pylist()
    versions = thresholds.versions_of(asked)
    return [
        Moved(
            row["scope"],
            row["who"],
            clock.from_ms(row["at"] * 1000),
            row["was"],
            row["now"],
            RULE_VERSION,
            in_force(versions[row["scope"]], row["at"]).number,
        )
        for row in rows
        if was in (None, row["was"]) and now in (None, row["now"])
    ]


def flow(viewer: Viewer, scope: int, since: dt.date, until: dt.date, zone: str) -> list[Flow]:
    """Moves between states week by week, from the week of `since` to that of `until`; a week without moves is empty."""
    first = since - dt.timedelta(days=since.weekday())
    last = until - dt.timedelta(days=until.weekday()) + dt.timedelta(days=7)
    begin, end = (clock.from_ms(day_start(day, zone) * 1000) for day in (first, last))
    counted: dict[dt.date, Counter[tuple[str, str]]] = {}
    for move in moves(viewer, begin, end, scopes=[scope]):
        day = clock.day_of(move.at, zone)
        counted.setdefault(day - dt.timedelta(days=day.weekday()), Counter())[(move.was, move.now)] += 1
    weeks = [first + dt.timedelta(days=7 * n) for n in range((last - first).days // 7)]
    return [Flow(week, dict(counted.get(week, {}))) for week in weeks]


def require_scope(viewer: Viewer, scope: int) -> None:
    """Raises NotFound where the viewer may not see conclusions of this scope."""
    if (viewer.communities is not None) if scope == 0 else not viewer.sees(scope):
        raise missing()


def _all_scopes(viewer: Viewer) -> list[int]:
    return [community.pk for community in visible_communities(viewer)]


def _seconds(moment: dt.datetime) -> int:
    return min(max(int(moment.timestamp()), 0), 2**32 - 1)
