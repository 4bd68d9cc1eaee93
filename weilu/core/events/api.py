"""What has happened? The log by cursor, for programs that follow it; and the events that a handler gave up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Done, Id, Name, Page, Paging
from weilu.core.directory import queries as directory
from weilu.core.errors import Conflict
from weilu.core.events import handlers, kinds, queries
from weilu.core.events.models import Parked
from weilu.core.events.rows import Row
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_community

router = Router(tags=["events"])
READ = 1_000
MOST_READ = 5_000
"""Rows of the log looked through for one page: whoever sees little of a busy log gets short pages, not slow ones."""


class KindOut(Schema):
    """`interaction`: whether doing it counts as taking part."""

    kind: str
    label: str
    version: int
    interaction: bool


class EventOut(Schema):
    """One event. `member` is the person behind it as known today; `subject` names what it is about and `about` what that
    refers to, both opaque, null where there is none. `text` stands only with the right `texts`."""

    position: int
    kind: str
    version: int
    happened: dt.datetime
    recorded: dt.datetime
    community: int | None
    room: int | None
    member: int | None
    target: int | None
    mentions: list[int]
    subject: str | None
    about: str | None
    source: str
    batch: int | None
    live: bool
    value: int | None
    properties: dict[str, Any]
    text: str | None


class EventsOut(Schema):
    """`next` leads on, also from the end: asked again later it gives what came since. `end`: all that is there was read. A page
    can be shorter than `limit`, even empty, before the end."""

    items: list[EventOut]
    next: str
    end: bool


class Wish(Paging):
    """`after`: a position to begin behind, where there is no cursor yet. `kind`: only events of this kind."""

    after: int = Field(0, ge=0, le=2**63 - 1)
    kind: Name | None = None
    community: Id | None = None


class ParkedOut(Schema):
    """An event that a handler failed at five times; the rest went on."""

    id: int
    handler: str
    position: int
    attempts: int
    error: str
    parked_at: dt.datetime


@router.get("/event-kinds", response=list[KindOut], summary="What can happen?")
@needs(rights.VIEW)
def list_event_kinds(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {"kind": one.slug, "label": str(one.label), "version": one.version, "interaction": one.interaction}
        for one in kinds.all_kinds()
    ]


@router.get("/events", response=EventsOut, summary="Follow the log")
@needs(rights.VIEW)
def list_events(request: ApiRequest, wish: Query[Wish]) -> dict[str, Any]:
    """Events in the order of the log, imports and back-fills too (`live` is false). Only of the communities that I see."""
    viewer = request.viewer
    if wish.community is not None:
        access_community(viewer, wish.community)
    of = paging.question("events", kind=wish.kind, community=wish.community)
    mark = paging.place(wish.cursor, of)
    found, last, end = _read(viewer, wish, mark[0] if mark else wish.after)
    return {"items": _told(viewer, found), "next": paging.cursor([last], of), "end": end}


def _read(viewer: Viewer, wish: Wish, after: int) -> tuple[list[Row], int, bool]:
    """Rows that are wanted and seen, the position to go on behind, and whether the log ends there."""
    found: list[Row] = []
    for _turn in range(MOST_READ // READ):
        rows = queries.read(after, READ)
        for row in rows:
            if _wanted(viewer, wish, row):
                found.append(row)
                if len(found) == wish.limit:
                    return found, row.position, False
        if len(rows) < READ:
            return found, rows[-1].position if rows else after, True
        after = rows[-1].position
    return found, after, False


def _wanted(viewer: Viewer, wish: Wish, row: Row) -> bool:
    """What concerns no community (0) is for those who see all."""
    return (
        (viewer.communities is None or row.community in viewer.communities)
        and wish.community in (None, row.community)
        and wish.kind in (None, "", row.kind)
    )


def _told(viewer: Viewer, rows: Sequence[Row]) -> list[dict[str, Any]]:
    people = {one for row in rows for one in (row.identity, row.target, *row.mentions)} - {0}
    owners = directory.owners(people)
    readable = [row.position for row in rows if _reads(viewer, row.community)]
    words = queries.texts(readable)
    return [told(row, owners, words.get(row.position)) for row in rows]


def _reads(viewer: Viewer, community: int) -> bool:
    return viewer.can(rights.TEXTS, community) if community else (rights.TEXTS, 0) in viewer.held


def told(row: Row, owners: dict[int, int], text: str | None) -> dict[str, Any]:
    """An event as the outside sees it: members instead of accounts, no name, text only where it was given."""
    return {
        "position": row.position,
        "kind": row.kind,
        "version": row.version,
        "happened": clock.from_ms(row.happened),
        "recorded": clock.from_ms(row.recorded),
        "community": row.community or None,
        "room": row.room or None,
        "member": owners.get(row.identity),
        "target": owners.get(row.target),
        "mentions": [owners[one] for one in row.mentions if one in owners],
        "subject": _opaque(row.subject),
        "about": _opaque(row.about),
        "source": row.source,
        "batch": row.batch or None,
        "live": row.live,
        "value": row.value,
        "properties": orjson.loads(row.properties) if row.properties else {},
        "text": text,
    }


def _opaque(number: int) -> str | None:
    """As text: it has 64 bits, and JavaScript's numbers only 53."""
    return f"{number % 2**64:016x}" if number else None


@router.get("/parked-events", response=Page[ParkedOut], summary="Events that handlers gave up")
@needs(rights.SETTINGS)
def list_parked(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    rows = Parked.objects.exclude(parked_at=None)
    return paging.by_id(rows, paged, "parked")


@router.post("/parked-events/{parked_id}/replay", response=Done, summary="Try a parked event again")
@needs(rights.SETTINGS)
@once(long=True)
def replay_parked(request: ApiRequest, parked_id: Id) -> dict[str, bool]:
    """Hands the event to its handler once more; 409 where that fails again."""
    if not handlers.replay(parked_id):
        raise Conflict(_("It failed again. The parked event tells the newest error."))
    return {"done": True}
