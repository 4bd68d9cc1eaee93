"""What would have been concluded about states with the knowledge of a past position of the log?

Computed from the events, without stored conclusions: rows, ownership and thresholds of then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

import numpy as np

from weilu.core.warehouse.compile.facts import Rows
from weilu.members import conclude, facts, thresholds
from weilu.members.rules import histories, lifecycle


def states_known(
    communities: Collection[int] | None, moment_ms: int, position: int
) -> Iterable[tuple[int, int, str]]:
    """(scope, member, state) just before a moment, as known at a log position.

    With None also scope 0, each person over all communities. Whoever was not a member by then is left out.
    """
    before = -(-moment_ms // 1000)
    known = facts_known(communities, position)
    versions = thresholds.versions_of(known.scopes(), before_ms=moment_ms)
    for scope in known.scopes():
        part = known.of_scope(scope)
        limits = lifecycle.in_force(versions[scope], before - 1).thresholds
        codes = histories.states_at(part.columns, limits, before - 1)
        inside = np.flatnonzero(codes)
        for who, code in zip(part.who[inside].tolist(), codes[inside].tolist(), strict=True):
            yield scope, who, histories.CODES[code]


def moves_known(
    scopes: Collection[int], since: int, before: int, position: int, rules_before_ms: int
) -> list[tuple[int, int, int, str, str]]:
    """(at, scope, member, was, now) of every move in [since, before) seconds, oldest first, as known at a log position.

    Thresholds changed at `rules_before_ms` or later are unknown.
    """
    known = facts_known(None if 0 in scopes else scopes, position)
    versions = thresholds.versions_of(scopes, before_ms=rules_before_ms)
    found: list[tuple[int, int, int, str, str]] = []
    for scope in scopes:
        part = known.of_scope(scope)
        if len(part.who):
            history = histories.histories(part.columns, versions[scope])
            owner, at, was, now = histories.steps(history, since, before)
            named = ([histories.CODES[code] for code in codes.tolist()] for codes in (was, now))
            found += zip(at.tolist(), [scope] * len(at), part.who[owner].tolist(), *named, strict=True)
    return sorted(found)


def facts_known(communities: Collection[int] | None, position: int) -> facts.Memberships:
    """Facts up to a log position; with None also each person over all communities (scope 0)."""
    asked = None if communities is None else tuple(sorted(communities))
    return _facts_known(asked, position, stamp())


@lru_cache(maxsize=2)
def _facts_known(communities: tuple[int, ...] | None, position: int, stamp: object) -> facts.Memberships:
    """Kept for the next moment: what comes after a moment does not count in a state at it."""
    rows = Rows(communities=communities, known=position)
    return facts.read(rows, conclude.smallest_gap(), whole=communities is None)


def stamp() -> tuple[object, ...]:
    """Something that differs once rows were taken out, identities changed hands or accounts were found to be bots."""
    reached = conclude.reached_now(conclude.LIFECYCLE)
    if reached is None:
        return ()
    return reached.store, reached.retractions, tuple(reached.owners), conclude.smallest_gap()
