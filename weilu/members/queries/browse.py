"""Members one after the other by id, for programs that page through all of them: a page costs the same at its start, in its
middle and at a million members.

The same people as in the members table, without what only a reading of all events could tell (messages, first, last).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from weilu.core import clock
from weilu.core.directory.models import Identity, Member
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client
from weilu.core.warehouse.compile.browsing import NOTHING, Browse, holders
from weilu.members.queries.names import names
from weilu.members.queries.table import BEST, ONLY, scopes_of, shows_visitors, sources
from weilu.members.rules.influence import TIERS

FIRST_WINDOW = 1_600
LAST_WINDOW = 200_000
"""Ids looked at in one go where a state or tier is asked for."""
NAMED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members. Empty and None: all; without a community, and unless `visitors` says otherwise, no visitors."""

    words: str = ""
    community: int | None = None
    state: str = ""
    tier: str = ""
    visitors: str = ""

    @property
    def with_visitors(self) -> bool:
        return shows_visitors(self.visitors, self.community)


@dataclass(frozen=True, slots=True)
class Line:
    """`tier` is empty and `score` 0 for whoever is in no community any more."""

    id: int
    name: str
    state: str
    tier: str
    score: int


def browse(viewer: Viewer, wanted: Wanted, after: int, limit: int) -> list[Line]:
    """Up to `limit` members with an id above `after`, ascending. Raises Unavailable."""
    scopes = scopes_of(viewer, wanted.community, visitors=wanted.with_visitors)
    if not scopes:
        return []
    asked = Browse(
        scopes=scopes,
        before=int(clock.now().timestamp()) + 1,
        states=BEST,
        tiers=TIERS,
        state=BEST.index(wanted.state) + 1 if wanted.state else None,
        tier=TIERS.index(wanted.tier) + 1 if wanted.tier else None,
        members=_members(viewer, wanted),
    )
    found: list[dict[str, int]] = []
    for chunk in _named(asked, wanted.words, after) if wanted.words else _windows(asked, after, limit):
        found += client.query(*holders(replace(chunk, limit=limit - len(found)))).to_pylist()
        if len(found) >= limit:
            break
    return _lines(found)


def _members(viewer: Viewer, wanted: Wanted) -> bool | None:
    """Members alone, visitors alone, or whoever is there."""
    if wanted.visitors == ONLY:
        return False
    return None if wanted.with_visitors or not sources(viewer, wanted.community) else True


def _windows(asked: Browse, after: int, limit: int) -> Iterator[Browse]:
    """Ranges of ids; where few of them match the next one is four times as wide."""
    last = Member.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    width = 8 * limit if asked.state is None and asked.tier is None else FIRST_WINDOW
    while after < last:
        yield replace(asked, after=after, upto=after + width)
        after, width = after + width, min(width * 4, LAST_WINDOW)


def _named(asked: Browse, words: str, after: int) -> Iterator[Browse]:
    """Members who, or one of whose accounts, are called so, in ascending chunks."""
    while True:
        people = Member.objects.filter(name__icontains=words, pk__gt=after).order_by("pk")
        accounts = Identity.objects.filter(name__icontains=words, member_id__gt=after).order_by("member_id")
        own = list(people.values_list("pk", flat=True)[:NAMED_AT_ONCE])
        theirs = list(accounts.values_list("member_id", flat=True)[:NAMED_AT_ONCE])
        # A full half may have more beyond its last; the other must not run ahead of it.
        ends = [half[-1] for half in (own, theirs) if len(half) == NAMED_AT_ONCE]
        ids = sorted({one for one in (*own, *theirs) if not ends or one <= min(ends)})
        if ids:
            yield replace(asked, only=tuple(ids))
        if not ends:
            return
        after = min(ends)


def _lines(found: list[dict[str, int]]) -> list[Line]:
    called = names([row["who"] for row in found])
    return [
        Line(
            row["who"],
            called[row["who"]],
            BEST[row["state"] - 1],
            TIERS[row["tier"] - 1] if row["tier"] < NOTHING else "",
            row["score"],
        )
        for row in found
    ]
