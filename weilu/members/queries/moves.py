"""Who moved from which state to which, and how do members flow between states week by week?

A move is a change point of a stored history: a fact concluded from the log by a version of the rules, never an input.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.operators.access import Viewer, missing, visible_communities
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.frame import day_start
from weilu.members import thresholds
from weilu.members.knowledge import moves_known
from weilu.members.rules.lifecycle import RULE_VERSION, in_force
from weilu.members.when import When


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
    when: When | None = None,
) -> list[Moved]:
    """Moves between states in [since, before), oldest first. Without `scopes`: of every community the viewer sees.

    Scope 0, the whole person, is for viewers of all communities only. Future moves, by time alone, are included where
    `before` lies ahead. With `when`: as its knowledge has it. Raises NotFound for a scope that is not the viewer's.
    """
    asked = list(scopes) if scopes is not None else _all_scopes(viewer)
    for scope in asked:
        require_scope(viewer, scope)
    edges = _seconds(since), _seconds(before)
    if when is None or when.known is None:
        rules_before, steps = None, _stored(asked, *edges)
    else:
        rules_before = when.rules_before_ms
        steps = moves_known(asked, *edges, when.known, rules_before)
    versions = thresholds.versions_of(asked, before_ms=rules_before)
    return [
        Moved(
            scope,
            who,
            clock.from_ms(at * 1000),
            left,
            reached,
            RULE_VERSION,
            in_force(versions[scope], at).number,
        )
        for at, scope, who, left, reached in steps
        if was in (None, left) and now in (None, reached)
    ]


def _stored(scopes: list[int], since: int, before: int) -> Iterable[tuple[int, int, int, str, str]]:
    """(at, scope, who, was, now), oldest first, as concluded."""
    table = client.query(*compiled.moves(scopes, since, before))
    return zip(
        *(table.column(name).to_pylist() for name in ("at", "scope", "who", "was", "now")), strict=True
    )


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
