"""What happened with a member, newest first: events and moves in one timeline, and the events behind a factor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.events import kinds
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled_influence
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.compile import recent
from weilu.core.warehouse.compile.facts import Rows, Sql
from weilu.core.warehouse.frame import day_start
from weilu.members import profiles
from weilu.members.queries.moves import require_scope
from weilu.members.queries.person import Person
from weilu.members.rules.influence import FACTORS, window_start
from weilu.members.rules.moves import moves
from weilu.members.standing import weighing_before
from weilu.members.when import When

PAGE = 20
ALL, DEEDS, MESSAGES, REACTIONS = "all", "deeds", "messages", "reactions"
PRESENCE, STATES, OTHER = "presence", "states", "other"
TABS = (ALL, DEEDS, MESSAGES, REACTIONS, PRESENCE, STATES, OTHER)
_KINDS = {
    MESSAGES: ("message.sent",),
    REACTIONS: ("reaction.added",),
    PRESENCE: ("member.joined", "member.left"),
}
MOVE = "move"


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `at` is in milliseconds. A move has `was` and `now`, an event its `position`, `kind` and perhaps text."""

    at: int
    kind: str
    position: int = 0
    community: int = 0
    place: str = ""
    room: str = ""
    text: str = ""
    target: str = ""
    who: str = ""
    member: int = 0
    reply: bool = False
    value: int | None = None
    was: str = ""
    now: str = ""

    @property
    def moment(self) -> dt.datetime:
        return clock.from_ms(self.at)

    @property
    def label(self) -> object:
        return kinds.label_of(self.kind)


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Item]
    next: str
    """Where the next page begins; empty at the end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the timeline is asked for. `after` is the `next` of the page before; a malformed one begins anew.

    `week` is a Monday in the zone of the moment: that week only.
    """

    tab: str = ALL
    after: str = ""
    community: int | None = None
    week: dt.date | None = None


def story(viewer: Viewer, one: Person, when: When, choice: Choice) -> Page:
    """One page of the timeline."""
    before = _cursor(choice.after)
    events = _events(viewer, one, when, choice, before) if choice.tab != STATES else []
    cut = (events[PAGE - 1]["at"], events[PAGE - 1]["position"]) if len(events) > PAGE else None
    items = _items(events[:PAGE])
    if choice.tab in (ALL, STATES):
        items += _moves(one, choice, _edges(choice, when), before, cut)
    items.sort(key=lambda item: (-item.at, -item.position))
    if choice.tab == STATES and len(items) > PAGE:
        items = items[:PAGE]
        cut = (items[-1].at, 0)
    return Page(items, f"{cut[0]}-{cut[1]}" if cut else "")


def _cursor(text: str) -> tuple[int, int] | None:
    at, _, position = text.partition("-")
    fits = at.isdecimal() and position.isdecimal() and max(len(at), len(position)) < 19
    return (int(at), int(position)) if fits else None


def _edges(choice: Choice, when: When) -> tuple[int, int]:
    """Seconds between which the timeline is asked for."""
    if choice.week is None:
        return 0, when.before
    after = choice.week + dt.timedelta(days=7)
    return day_start(choice.week, when.zone), min(when.before, day_start(after, when.zone))


def _events(
    viewer: Viewer, one: Person, when: When, choice: Choice, before: tuple[int, int] | None
) -> list[dict[str, int]]:
    since, until = _edges(choice, when)
    communities = [place for place in _places(viewer, one) if choice.community in (None, place)]
    if choice.tab == ALL and before is None and choice.week is None:
        ready = _ready(one, set(communities), until)
        if ready is not None:
            return ready
    rows = Rows(communities, one.accounts, since, until, when.known)
    sql = compiled.story(rows, one.id, PAGE + 1, before, _wanted(choice.tab))
    found: list[dict[str, int]] = client.query(*sql).to_pylist()
    return found


def _ready(one: Person, communities: set[int], until: int) -> list[dict[str, int]] | None:
    """The newest events in these communities from what is kept; None where more may exist than is kept there."""
    if one.newest is None:
        return None
    accounts = set(one.accounts)
    found = [
        row
        for row in one.newest
        if row["community"] in communities and row["identity"] in accounts and row["at"] < until * 1000
    ]
    return found if len(found) > PAGE or len(one.newest) < profiles.NEWEST else None


def _places(viewer: Viewer, one: Person) -> list[int]:
    """Where the member was seen, and nowhere (0) for who sees everything: few communities lead the sort key."""
    return [*([0] if viewer.communities is None else []), *(held.community.pk for held in one.memberships)]


def _wanted(tab: str) -> Collection[str] | None:
    if tab == DEEDS:
        return kinds.interactions()
    shown = {slug for slugs in _KINDS.values() for slug in slugs}
    other = tuple(kind.slug for kind in kinds.all_kinds() if kind.slug not in shown)
    return None if tab == ALL else _KINDS.get(tab, other)


def _items(rows: list[dict[str, int]]) -> list[Item]:
    texts = log.texts([row["position"] for row in rows])
    places = directory.community_names([row["community"] for row in rows])
    rooms = directory.room_names([row["room"] for row in rows if row.get("room")])
    targets = directory.identity_names([row["target"] for row in rows if row["target"]])
    return [
        Item(
            row["at"],
            str(row["kind"]),
            row["position"],
            row["community"],
            places.get(row["community"], ""),
            rooms.get(row.get("room", 0), ""),
            texts.get(row["position"], ""),
            targets.get(row["target"], ""),
            reply=bool(row.get("about")),
            value=row["value"],
        )
        for row in rows
    ]


def _moves(
    one: Person,
    choice: Choice,
    edges: tuple[int, int],
    before: tuple[int, int] | None,
    cut: tuple[int, int] | None,
) -> list[Item]:
    """Moves of the memberships between the edges of the page."""
    found = []
    for membership in one.memberships:
        place = membership.community
        if choice.community not in (None, place.pk):
            continue
        for move in moves(membership.history):
            spot = (move.at * 1000, 0)
            on_page = (before is None or spot < before) and (cut is None or spot >= cut)
            if on_page and edges[0] <= move.at < edges[1]:
                found.append(Item(spot[0], MOVE, 0, place.pk, str(place), was=move.was, now=move.now))
    return found


@dataclass(frozen=True, slots=True)
class Behind:
    """The events behind a factor, newest first: how many there are, and those of one page."""

    total: int
    items: list[Item]
    page: int
    pages: int

    @property
    def before(self) -> int:
        return self.page - 1

    @property
    def after(self) -> int:
        return self.page + 1


def behind(viewer: Viewer, one: Person, scope: int, factor: str, when: When, page: int = 1) -> Behind:
    """Exactly the events that a factor of influence was made from. Raises NotFound for a scope that is not the viewer's."""
    require_scope(viewer, scope)
    return paged(viewer, evidence(viewer, one, scope, factor, when), page)


def evidence(viewer: Viewer, one: Person, scope: int, factor: str, when: When) -> list[int]:
    """Positions, newest first, of what a factor counts: what the member did, or what others did towards them."""
    if factor not in FACTORS:
        raise missing()
    communities = [scope] if scope else viewer.communities
    before = weighing_before(when.before, when.zone)
    since = window_start(before, when.zone)
    window = Rows(communities, None, since, before, when.known)
    if factor in ("diversity", "reach"):
        sql = compiled_influence.tied_to(window, one.id, answers_only=factor == "diversity")
    else:
        own = Rows(communities, one.accounts, since, before, when.known)
        sql = compiled_influence.done_by(own, one.id, contributions_only=factor == "contribution")
    return _positions(sql)


def between(viewer: Viewer, one: Person, other: Person, when: When, page: int = 1) -> Behind:
    """The messages with which `other` answered or mentioned `one`."""
    communities = [membership.community.pk for membership in one.memberships]
    theirs = Rows(communities, other.accounts, before=when.before, known=when.known)
    return paged(viewer, _positions(compiled_influence.tied_to(theirs, one.id, answers_only=True)), page)


def _positions(sql: Sql) -> list[int]:
    found: list[int] = client.query(*sql).column("position").to_pylist()
    return found


def paged(viewer: Viewer, positions: list[int], page: int) -> Behind:
    """One page of these events, in the order given, of those in the viewer's communities."""
    pages = max(1, -(-len(positions) // PAGE))
    page = min(max(page, 1), pages)
    shown = positions[(page - 1) * PAGE : page * PAGE]
    rows = client.query(*recent.at(shown, viewer.communities)).to_pylist() if shown else []
    return Behind(len(positions), _by_whom(rows), page, pages)


def _by_whom(rows: list[dict[str, int]]) -> list[Item]:
    """Events of different people: who did it stands with each."""
    identities = [row["identity"] for row in rows]
    called, owners = directory.identity_names(identities), directory.owners(identities)
    texts = log.texts([row["position"] for row in rows])
    places = directory.community_names([row["community"] for row in rows])
    return [
        Item(
            row["at"],
            str(row["kind"]),
            row["position"],
            row["community"],
            places.get(row["community"], ""),
            text=texts.get(row["position"], ""),
            who=called.get(row["identity"], ""),
            member=owners.get(row["identity"], 0),
            value=row["value"],
        )
        for row in rows
    ]
