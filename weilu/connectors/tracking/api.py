"""Sources over the API: their keys, what has come from them, what was refused and why, what waits for a decision."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.connectors.tracking import actions, queries
from weilu.connectors.tracking.actions import MOST_DECLARED, MOST_ORIGINS
from weilu.connectors.tracking.models import Source
from weilu.connectors.tracking.reasons import sentence
from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging, Whole
from weilu.core.events import queries as log
from weilu.core.operators import rights

router = Router(tags=["sources"])
MOST_HELD = 200
Origin = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]
Word = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class SourceOut(Schema):
    """`key` is the write key that SDKs send; it stands in web pages and protects nothing but the source's figures. `origins` empty: any
    page may send. `declared`: own properties whose short words may stand in the log's rows."""

    id: int
    name: str
    code: str
    key: str
    origins: list[str]
    declared: list[str]
    created_at: dt.datetime
    rotated_at: dt.datetime | None


class SourceIn(In):
    name: str = Field(min_length=1, max_length=100, pattern=NO_NUL, examples=["Web shop"])
    origins: list[Origin] = Field([], max_length=MOST_ORIGINS, examples=[["https://shop.example.com"]])


class SourceChange(SourceIn):
    declared: list[Word] = Field([], max_length=MOST_DECLARED)


class SeenOut(Schema):
    """An event name that has come, as what kind it stands in the log, and its properties: types, a sample, whether in the row."""

    name: str
    kind: str
    count: int
    first_at: dt.datetime
    last_at: dt.datetime
    properties: dict[str, Any]


class RefusalOut(Schema):
    """How often something was not taken in, and why."""

    reason: str
    message: str
    count: int
    last_at: dt.datetime
    example: str


class WaitingOut(Schema):
    """An event whose clock was too far off: `happened` by its own clock, `arrived` by ours."""

    number: int
    kind: str
    happened: dt.datetime
    arrived: dt.datetime


class LinkOut(Schema):
    """The source says that both accounts are one person. `member` and `other` are their people; merge `other` into `member`, or
    the other way round, by `POST /members/{id}/merge`, which settles it."""

    id: int
    account: str
    member: int
    other_account: str
    other: int
    said: dt.datetime


class GlimpseOut(Schema):
    """An event as it came by. Private properties are there without their values. `refused`: the reason why it was not taken in, else
    empty; then `kind` is its name as far as it was read."""

    id: int
    at: dt.datetime
    kind: str
    who: str
    properties: dict[str, Any]
    refused: str


class CrowdOut(Schema):
    """Who came by in the last `days`: people whom somebody has named, and visitors."""

    days: int
    members: int
    visitors: int


class Deciding(In):
    """`let_in`: into the log as they are; `throw_away`: gone."""

    numbers: list[Id] = Field(min_length=1, max_length=MOST_HELD)
    decision: Literal["let_in", "throw_away"]


class DecidedOut(Schema):
    decided: int


@router.get("/sources", response=Page[SourceOut], summary="Sources")
@needs(rights.SETTINGS)
def list_sources(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    rows = Source.objects.filter(removed_at=None)
    return paging.by_id(rows, paged, "sources")


@router.post("/sources", response={201: SourceOut}, summary="Add a source")
@needs(rights.SETTINGS)
@once()
def create_source(request: ApiRequest, given: SourceIn) -> Any:
    """It may send within a second."""
    return actions.add(request.viewer, given.name, given.origins)


@router.get("/sources/{source_id}", response=SourceOut, summary="One source")
@needs(rights.SETTINGS)
def read_source(request: ApiRequest, source_id: Id) -> Any:
    return queries.access_source(request.viewer, source_id)


@router.put("/sources/{source_id}", response=SourceOut, summary="Change a source")
@needs(rights.SETTINGS)
def change_source(request: ApiRequest, source_id: Id, given: SourceChange) -> Any:
    return actions.change(request.viewer, source_id, given.name, given.origins, given.declared)


@router.delete("/sources/{source_id}", response=Done, summary="Remove a source")
@needs(rights.SETTINGS)
def remove_source(request: ApiRequest, source_id: Id) -> dict[str, bool]:
    """Its key ends within a second; what it has sent stays."""
    actions.remove(request.viewer, source_id)
    return {"done": True}


@router.post("/sources/{source_id}/rotate", response=SourceOut, summary="A new write key")
@needs(rights.SETTINGS)
@once()
def rotate_source(request: ApiRequest, source_id: Id) -> Any:
    """The old one ends within a second."""
    return actions.rotate(request.viewer, source_id)


@router.get("/sources/{source_id}/schema", response=list[SeenOut], summary="What has come from a source")
@needs(rights.SETTINGS)
def read_source_schema(request: ApiRequest, source_id: Id) -> list[Any]:
    """The latest first."""
    return queries.schema(queries.access_source(request.viewer, source_id))


@router.get("/sources/{source_id}/refusals", response=list[RefusalOut], summary="What was refused")
@needs(rights.SETTINGS)
def list_refusals(request: ApiRequest, source_id: Whole) -> list[dict[str, Any]]:
    """Most first. `0`: what could not be told to be any source's."""
    if source_id:
        queries.access_source(request.viewer, source_id)
    plain = ("reason", "count", "last_at", "example")
    return [
        {**{name: getattr(row, name) for name in plain}, "message": str(sentence(row.reason))}
        for row in queries.refusals(source_id)
    ]


@router.get("/sources/{source_id}/held", response=list[WaitingOut], summary="Events that wait for a decision")
@needs(rights.SETTINGS)
def list_held(request: ApiRequest, source_id: Id) -> list[dict[str, Any]]:
    """Oldest first, at most two hundred."""
    row = queries.access_source(request.viewer, source_id)
    return [
        {
            "number": one.number,
            "kind": one.kind,
            "happened": clock.from_ms(one.happened),
            "arrived": clock.from_ms(one.arrived),
        }
        for one in log.held(row.code, MOST_HELD)
    ]


@router.post(
    "/sources/{source_id}/held", response=DecidedOut, summary="Let held events in, or throw them away"
)
@needs(rights.SETTINGS)
@once(long=True)
def decide_held(request: ApiRequest, source_id: Id, given: Deciding) -> dict[str, int]:
    """Those that still wait; `decided` says how many."""
    row = queries.access_source(request.viewer, source_id)
    let_in = given.decision == "let_in"
    return {"decided": actions.judge(request.viewer, row, given.numbers, let_in=let_in)}


@router.get("/sources/{source_id}/links", response=list[LinkOut], summary="One person or two?")
@needs(rights.SETTINGS)
def list_links(request: ApiRequest, source_id: Id) -> list[dict[str, Any]]:
    """Known people whom a source says to be one, which a write key may not decide. Oldest first, at most a hundred."""
    row = queries.access_source(request.viewer, source_id)
    return [
        {
            "id": link.pk,
            "account": link.identity.outside,
            "member": link.identity.member_id,
            "other_account": link.other.outside,
            "other": link.other.member_id,
            "said": clock.from_ms(link.happened),
        }
        for link in queries.links_to_review(row)
    ]


@router.post("/sources/{source_id}/links/{link_id}/dismiss", response=Done, summary="They are two")
@needs(rights.SETTINGS)
@once()
def dismiss_link(request: ApiRequest, source_id: Id, link_id: Id) -> dict[str, bool]:
    """Whatever the source says. 404 where it waits no more."""
    actions.dismiss(request.viewer, queries.access_source(request.viewer, source_id), link_id)
    return {"done": True}


@router.get("/sources/{source_id}/tail", response=list[GlimpseOut], summary="What comes by just now")
@needs(rights.SETTINGS)
def read_tail(request: ApiRequest, source_id: Id) -> list[Any]:
    """The latest first, at most fifty. Only while somebody looks is anything kept: asking counts as looking for half a minute, and
    what comes from then on shows within two seconds, so ask again."""
    row = queries.access_source(request.viewer, source_id)
    actions.watch(row)
    return queries.glimpses(row)


@router.get("/sources/{source_id}/people", response=CrowdOut, summary="Who came by?")
@needs(rights.SETTINGS)
def read_people(request: ApiRequest, source_id: Id) -> dict[str, int]:
    """Nobody before the first event."""
    community = queries.community_of(queries.access_source(request.viewer, source_id))
    found = queries.crowd(community) if community else queries.Crowd(0, 0)
    return {"days": queries.CROWD_DAYS, "members": found.members, "visitors": found.visitors}
