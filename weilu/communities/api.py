"""Communities over the API: the list, one of them, its health, who speaks, its time zone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Query, Router, Schema

from weilu.communities import actions, rules, spans, words
from weilu.communities.queries import health, newest, voices
from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, Id, In, Page, Paging, Zone
from weilu.core.directory.models import Community, Room
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import access_community

router = Router(tags=["communities"])


class CommunityOut(Schema):
    """`outside` is the platform's own id. `timezone` is that in which its days are counted, `own_timezone` empty where it
    follows the brand."""

    id: int
    platform: str
    outside: str
    name: str
    timezone: str
    own_timezone: str
    simulated: bool
    created_at: dt.datetime


class RoomOut(Schema):
    id: int
    outside: str
    name: str


class CommunityIn(In):
    """`timezone`: an IANA name; empty lets the community follow the brand."""

    timezone: Zone


class PartOut(Schema):
    """`value` is a share of one, `points` 0 to 100; both null where nothing is known."""

    part: str
    weight: int
    value: float | None
    points: int | None


class CommunityHealth(Schema):
    """`score` 0 to 100, null where too little is known; `first` and `last` are the days it was read over."""

    community: int
    score: int | None
    grade: str
    members: int
    first: dt.date
    last: dt.date
    timezone: str
    parts: list[PartOut]
    advice: str


class VoiceOut(Schema):
    """Who sent most: messages, and the days on which they spoke. `tier` as of now."""

    member: int
    name: str
    messages: int
    days: int
    tier: str


class Window(Schema):
    """The last so many days, up to `as_of` (default: today, or the newest event where the last days are empty)."""

    days: Literal["7", "28", "90"] = "28"
    as_of: dt.date | None = None
    known: dt.date | None = None


@router.get("/communities", response=Page[CommunityOut], summary="Communities")
@needs(rights.VIEW)
def list_communities(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """Those that I see, by id."""
    rows, seen = Community.objects.all(), request.viewer.communities
    rows = rows if seen is None else rows.filter(pk__in=seen)
    return paging.by_id(rows, paged, "communities", _told)


@router.get("/communities/{community_id}", response=CommunityOut, summary="One community")
@needs(rights.VIEW)
def read_community(request: ApiRequest, community_id: Id) -> dict[str, Any]:
    return _told(access_community(request.viewer, community_id))


@router.patch("/communities/{community_id}", response=CommunityOut, summary="Change a community")
@needs(rights.EDIT_COMMUNITIES)
def change_community(request: ApiRequest, community_id: Id, change: CommunityIn) -> dict[str, Any]:
    return _told(actions.set_timezone(request.viewer, community_id, change.timezone))


@router.get("/communities/{community_id}/rooms", response=Page[RoomOut], summary="Rooms of a community")
@needs(rights.VIEW)
def list_rooms(request: ApiRequest, community_id: Id, paged: Query[Paging]) -> dict[str, Any]:
    """Threads and channels inside it."""
    community = access_community(request.viewer, community_id)
    rows = Room.objects.filter(community=community)
    return paging.by_id(rows, paged, "rooms", community=community_id)


@router.get(
    "/communities/{community_id}/health", response=CommunityHealth, summary="How healthy is a community?"
)
@needs(rights.VIEW)
def read_community_health(request: ApiRequest, community_id: Id, asked: Query[Window]) -> dict[str, Any]:
    """As docs/reference/health.md describes it."""
    community = access_community(request.viewer, community_id)
    span = _span(community, asked)
    reading = health.read(request.viewer, span, [community.pk])[community.pk]
    days = span.lasting(rules.SPAN_DAYS)
    return {
        "community": community.pk,
        "score": reading.health.score,
        "grade": reading.health.grade,
        "members": reading.members,
        "first": days.first,
        "last": days.last,
        "timezone": days.timezone,
        "parts": [
            {"part": one.part.slug, "weight": one.part.weight, "value": one.value, "points": one.points}
            for one in reading.health.parts
        ],
        "advice": str(words.advice(reading)),
    }


@router.get("/communities/{community_id}/voices", response=list[VoiceOut], summary="Who speaks most?")
@needs(rights.VIEW)
def list_voices(request: ApiRequest, community_id: Id, asked: Query[Window]) -> list[Any]:
    """The first eight over the days asked for."""
    community = access_community(request.viewer, community_id)
    return list(voices.top(request.viewer, _span(community, asked), community.pk))


def _span(community: Community, asked: Window) -> spans.Span:
    zone = zone_of(community)
    wish = spans.asked(asked.days, _iso(asked.as_of), _iso(asked.known))
    return spans.span(wish, clock.day_of(clock.now(), zone), newest.day([community.pk], zone), zone)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _told(row: Community) -> dict[str, Any]:
    return {
        "id": row.pk,
        "platform": row.platform,
        "outside": row.outside,
        "name": row.name,
        "timezone": zone_of(row),
        "own_timezone": row.timezone,
        "simulated": row.simulated,
        "created_at": row.created_at,
    }
