"""What is known of one member: where they are, in which state, how active, and with whom they talk?

Everything is limited to the communities that the viewer sees; for others the member page says nothing, not even how many.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.directory.models import Community, Identity
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence
from weilu.core.warehouse.compile import lifecycle as compiled_lines
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members import facts, profiles, thresholds
from weilu.members.conclude import smallest_gap
from weilu.members.lines import read_lines
from weilu.members.queries.names import names
from weilu.members.queries.table import BEST
from weilu.members.rules import histories
from weilu.members.rules.moves import value_at
from weilu.members.when import When

History = list[tuple[int, str]]
TALKS = 12
WEEKS = 52
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Membership:
    """A member in one community. Moments in seconds; `joined` 0 means no joining was logged: counted from first sight."""

    community: Community
    state: str
    inside: bool
    messages: int
    interactions: int
    first: int
    joined: int
    last: int
    history: History
    zone: str

    @property
    def first_at(self) -> dt.datetime:
        return clock.from_ms(self.first * 1000)

    @property
    def joined_at(self) -> dt.datetime:
        return clock.from_ms(self.joined * 1000)


@dataclass(frozen=True, slots=True)
class Talk:
    """Another member, and how many messages went each way that answer or mention the one meant."""

    member: int
    name: str
    to_me: int
    by_me: int


@dataclass(frozen=True, slots=True)
class Person:
    """A member as one viewer may see them at a moment."""

    id: int
    name: str
    identities: list[Identity]
    accounts: list[int]
    """Ids of the identities that were theirs at the moment and seen in communities of the viewer."""
    memberships: list[Membership]
    state: str
    history: History
    """Of the whole person for who sees all communities, else, and of a visitor, of the membership with the best state."""
    weeks: dict[dt.date, int]
    """Interactions by the Monday of their week, in the zone of the moment."""
    scores: list[dict[str, Any]] | None = None
    """The present scores in all scopes, where they are kept ready (`profiles`)."""
    newest: list[dict[str, Any]] | None = None
    """The newest events wherever they were, where they are kept ready (`profiles`)."""

    @property
    def first(self) -> int:
        return min((one.first for one in self.memberships), default=0)

    @property
    def last(self) -> int:
        return max((one.last for one in self.memberships), default=0)

    @property
    def inside(self) -> bool:
        return any(one.inside for one in self.memberships)

    @property
    def visitor(self) -> bool:
        """Whether nobody has said who they are, as far as the viewer sees their accounts."""
        return bool(self.identities) and all(one.anonymous for one in self.identities)

    @property
    def messages(self) -> int:
        return sum(one.messages for one in self.memberships)


def person(viewer: Viewer, member: int, when: When, name: str | None = None) -> Person:
    """The member's page, without its timeline. The caller has passed the doorway, and may know the member's own name."""
    communities = {row.pk: row for row in visible_communities(viewer)}
    kept = profiles.of(member) if when.present else None
    lines = kept.lines if kept else _histories(viewer, member, when)
    found = kept.seen if kept else _seen(lines, member, when, communities)
    seen = [row for row in found if row["community"] in communities]
    memberships = [_membership(row, communities[row["community"]], lines, when) for row in seen]
    whole = lines.get(("state", 0), []) if viewer.communities is None else None
    state, history = _speaking(memberships, whole, when)
    used = sorted({identity for row in seen for identity in row["identities"]})
    identities = list(Identity.objects.filter(pk__in=used).order_by("pk"))
    scores, newest = (kept.scores, kept.newest) if kept else (None, None)
    called = names([member])[member] if name is None else name or f"#{member}"
    return Person(member, called, identities, used, memberships, state, history, _weeks(seen), scores, newest)


def _seen(
    lines: Mapping[tuple[str, int], History], member: int, when: When, communities: Collection[int]
) -> list[dict[str, Any]]:
    """Few communities lead the sort key; before the first conclusion all are looked through."""
    places = {scope for _, scope in lines if scope} or set(communities)
    accounts = _accounts(member, when)
    rows = Rows(places & set(communities), accounts, before=when.before, known=when.known)
    found: list[dict[str, Any]] = client.query(*compiled.seen_in(rows, member, when.zone)).to_pylist()
    return found


def _accounts(member: int, when: When) -> list[int]:
    """The identities of a member; where knowledge of the past is asked for, all that they ever had."""
    if when.known is None:
        return [one.pk for one in directory.identities_of(member)]
    owned: list[int] = client.query(*compiled_lines.identities_of([member])).column("identity").to_pylist()
    return owned


def _weeks(seen: list[dict[str, Any]]) -> dict[dt.date, int]:
    found: Counter[dt.date] = Counter()
    for row in seen:
        for day, count in zip(row["weeks"], row["counts"], strict=True):
            found[EPOCH + dt.timedelta(days=day)] += count
    return dict(found)


def _histories(viewer: Viewer, member: int, when: When) -> dict[tuple[str, int], History]:
    """(key, scope) → change points: as stored, or from the facts where knowledge of the past is asked for."""
    if when.known is None:
        table = client.query(*compiled_lines.stored(("state", "membership"), [member]))
        return {(key, scope): points for key, scope, _, points, _ in read_lines(table)}
    accounts = _accounts(member, when)
    rows = Rows(viewer.communities, accounts, before=when.before, known=when.known)
    known = facts.read(rows, smallest_gap())
    versions = thresholds.versions_of(known.scopes(), before_ms=when.rules_before_ms)
    found: dict[tuple[str, int], History] = {}
    for scope in known.scopes():
        part = known.of_scope(scope)
        if member in part.who:
            index = part.who.tolist().index(member)
            found["state", scope] = histories.histories(part.columns, versions[scope]).of(index)
            found["membership", scope] = histories.memberships(part.columns).of(index)
    return found


def _membership(
    row: dict[str, Any], community: Community, lines: dict[tuple[str, int], History], when: When
) -> Membership:
    history = lines.get(("state", community.pk), [])
    presence = lines.get(("membership", community.pk), [])
    return Membership(
        community,
        value_at(history, when.before - 1),
        value_at(presence, when.before - 1) == "in",
        row["messages"],
        row["interactions"],
        row["first"],
        row["joined"],
        row["last"],
        [point for point in history if point[0] < when.before],
        community.timezone or when.zone,
    )


def _speaking(memberships: list[Membership], whole: History | None, when: When) -> tuple[str, History]:
    if whole:
        return value_at(whole, when.before - 1), [point for point in whole if point[0] < when.before]
    held = [one for one in memberships if one.state]
    best = min(held, key=lambda one: (BEST.index(one.state), -one.last), default=None)
    return (best.state, best.history) if best else ("", [])


def weekly(one: Person, when: When) -> list[tuple[dt.date, int]]:
    """Interactions week by week for a year, up to the moment or to half a year after the last; weeks without are 0."""
    if not one.weeks:
        return []
    last = clock.day_of(clock.from_ms((when.before - 1) * 1000), when.zone)
    last = min(last - dt.timedelta(days=last.weekday()), max(one.weeks) + dt.timedelta(weeks=WEEKS // 2))
    weeks = [last - dt.timedelta(weeks=n) for n in range(WEEKS - 1, -1, -1)]
    return [(week, one.weeks.get(week, 0)) for week in weeks]


def talks(one: Person, when: When) -> list[Talk]:
    """With whom the member talks most, both ways, in the communities that the viewer sees them in."""
    communities = [membership.community.pk for membership in one.memberships]
    if not communities:
        return []
    everybody = Rows(communities, before=when.before, known=when.known)
    to_me = client.query(*compiled.answered_by(everybody, one.id, one.accounts)).to_pylist()
    by_me = client.query(*influence.answers_of(mine(one, when, communities))).to_pylist()
    counts: dict[int, Counter[str]] = {}
    for way, rows in (("to_me", to_me), ("by_me", by_me)):
        for row in rows:
            counts.setdefault(row["other"], Counter())[way] = row["answers"]
    best = sorted(counts, key=lambda other: (-counts[other].total(), other))[:TALKS]
    called = names(best)
    return [Talk(other, called[other], counts[other]["to_me"], counts[other]["by_me"]) for other in best]


def mine(one: Person, when: When, communities: Collection[int] | None) -> Rows:
    """What the member did up to the moment, in these communities."""
    return Rows(communities, one.accounts, before=when.before, known=when.known)
