"""Who would move if the thresholds were changed now, and what would merging bring together?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members import facts, thresholds
from weilu.members.conclude import smallest_gap
from weilu.members.queries.moving import Moving, grouped
from weilu.members.rules import histories
from weilu.members.rules.lifecycle import Thresholds, in_force


@dataclass(frozen=True, slots=True)
class Preview:
    moving: list[Moving]
    members: int

    @property
    def total(self) -> int:
        return sum(one.count for one in self.moving)


def preview(scope: int, limits: Thresholds) -> Preview:
    """Who of a community (0: of the brand, each person over all communities) would change state at this moment."""
    now = int(clock.now().timestamp())
    rows = Rows(communities=[scope] if scope else None, before=now + 1)
    part = facts.read(rows, min(smallest_gap(), limits.gap), whole=scope == 0).of_scope(scope)
    current = in_force(thresholds.versions_of([scope])[scope], now).thresholds
    was, would = (histories.states_at(part.columns, one, now) for one in (current, limits))
    moved = [
        (histories.CODES[a], histories.CODES[b], who)
        for who, a, b in zip(part.who.tolist(), was.tolist(), would.tolist(), strict=True)
        if a != b
    ]
    return Preview(grouped(moved), len(part.who))


@dataclass(frozen=True, slots=True)
class Extent:
    """What a merge would bring together: how many accounts move, with how much behind them."""

    accounts: int
    communities: int
    messages: int


def extent(accounts: Collection[int], communities: Collection[int] | None = None) -> Extent:
    """Of these identities, with all that was ever logged of them, or logged in these communities."""
    rows = client.query(*compiled.totals(Rows(communities, accounts))).to_pylist() if accounts else []
    return Extent(
        len(accounts),
        max((row["communities"] for row in rows), default=0),
        sum(row["messages"] for row in rows),
    )
