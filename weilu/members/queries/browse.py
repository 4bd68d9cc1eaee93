"""Members one after the other by id, for programs that page through all of them: a page costs the same at its start, in its
middle and at a million members.

The same people as in the members table, without what only a reading of all events could tell (messages, first, last).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.directory.models import Identity, Member
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import browsing
from weilu.core.warehouse.compile.facts import Sql
from weilu.members.queries.names import names
from weilu.members.queries.table import BEST, scopes_of
from weilu.members.rules.influence import TIERS

FIRST_WINDOW = 400
LAST_WINDOW = 200_000
"""Ids looked at in one go; where few of them match the next window is eight times as wide."""
NAMED_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members. Empty and None: all."""

    words: str = ""
    community: int | None = None
    state: str = ""
    tier: str = ""


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
    scopes = scopes_of(viewer, wanted.community)
    if not scopes:
        return []
    found: list[tuple[int, str, str]] = []
    chunks = _named(wanted.words, after) if wanted.words else _windows(after)
    for chunk in chunks:
        found += [one for one in _holding(chunk, scopes) if _matches(one, wanted)]
        if len(found) >= limit:
            break
    return _lines(found[:limit], scopes)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Members to look at: a range of ids, or these."""

    after: int = 0
    upto: int = 0
    ids: tuple[int, ...] = ()

    def sql(self, scopes: list[int]) -> Sql:
        before = int(clock.now().timestamp()) + 1
        if self.ids:
            return browsing.held_by(("state", "tier"), scopes, self.ids, before)
        return browsing.held_between(("state", "tier"), scopes, self.after, self.upto, before)


def _windows(after: int) -> Iterator[_Chunk]:
    last = Member.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    width = FIRST_WINDOW
    while after < last:
        yield _Chunk(after, after + width)
        after, width = after + width, min(width * 8, LAST_WINDOW)


def _named(words: str, after: int) -> Iterator[_Chunk]:
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
            yield _Chunk(ids=tuple(ids))
        if not ends:
            return
        after = min(ends)


def _holding(chunk: _Chunk, scopes: list[int]) -> list[tuple[int, str, str]]:
    """(member, state, tier), the best of each over the scopes; who has no state is nobody's member."""
    held: dict[int, dict[str, set[str]]] = {}
    for row in client.query(*chunk.sql(scopes)).to_pylist():
        held.setdefault(row["who"], {}).setdefault(row["key"], set()).add(row["value"])
    return [
        (who, _best(values["state"], BEST), _best(values.get("tier", set()), TIERS))
        for who, values in sorted(held.items())
        if "state" in values
    ]


def _best(values: set[str], order: tuple[str, ...]) -> str:
    return next((one for one in order if one in values), "")


def _matches(one: tuple[int, str, str], wanted: Wanted) -> bool:
    _who, state, tier = one
    return wanted.state in ("", state) and wanted.tier in ("", tier)


def _lines(found: list[tuple[int, str, str]], scopes: list[int]) -> list[Line]:
    ids = [who for who, _, _ in found]
    if not ids:
        return []
    called = names(ids)
    rows = client.query(*browsing.scored(scopes, ids)).to_pylist()
    score = {row["who"]: row["score"] for row in rows}
    return [Line(who, called[who], state, tier, score.get(who, 0)) for who, state, tier in found]
