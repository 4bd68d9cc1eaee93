"""Tracked links over the API: make and change them, ask what became of them, give a member an address of their own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.communities.spans import Span
from weilu.content import actions, queries
from weilu.content.actions import Wish
from weilu.content.models import Link
from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Id, In, Page, Paging
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights

router = Router(tags=["links"])
Label = Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)]


class TrackedLinkIn(In):
    """`target`: http or https. `type` and `column` are free labels. `last`: the last day of the community on which it leads on; null: it
    does not end."""

    name: str = Field(min_length=1, max_length=200, pattern=NO_NUL, examples=["Spring menu"])
    target: str = Field(
        min_length=1, max_length=2000, pattern=NO_NUL, examples=["https://shop.example/spring"]
    )
    community: Id
    type: Label = ""
    column: Label = ""
    last: dt.date | None = None


class TrackedLinkOut(Schema):
    """`address` is what is posted."""

    id: int
    name: str
    address: str
    target: str
    community: int
    type: str
    column: str
    last: dt.date | None
    archived_at: dt.datetime | None
    created_at: dt.datetime


class FiguresOut(Schema):
    """From `first` to `last`, both included. `people`: members and browsers that nobody knows, each once. `joins` and `orders`: of
    members who had clicked at most `within` days before, in all communities that the caller sees."""

    first: dt.date
    last: dt.date
    timezone: str
    within: int
    clicks: int
    people: int
    previews: int
    forwards: int
    joins: int
    orders: int


class AddressOut(Schema):
    """Names the member at each click."""

    member: int
    address: str


class Which(Paging):
    archived: bool = False


class Days(Schema):
    """The last so many days, and how many days after a click joinings and orders are put down to it."""

    days: int = Field(28, ge=1, le=366)
    within: int = Field(7, ge=1, le=30)


@router.get("/links", response=Page[TrackedLinkOut], summary="Tracked links")
@needs(rights.VIEW)
def list_tracked_links(request: ApiRequest, wish: Query[Which]) -> dict[str, Any]:
    """By id. Of communities that one sees; those that lead on, or with `archived` the others."""
    rows = queries.links(request.viewer, archived=wish.archived)
    return paging.by_id(rows, wish, "links", _link)


@router.post("/links", response={201: TrackedLinkOut}, summary="Make a tracked link")
@needs(rights.CONTENT)
@once()
def make_tracked_link(request: ApiRequest, given: TrackedLinkIn) -> dict[str, Any]:
    return _link(actions.create(request.viewer, _wish(given)))


@router.get("/links/{link_id}", response=TrackedLinkOut, summary="One tracked link")
@needs(rights.VIEW)
def read_tracked_link(request: ApiRequest, link_id: Id) -> dict[str, Any]:
    return _link(queries.access_link(request.viewer, link_id))


@router.put("/links/{link_id}", response=TrackedLinkOut, summary="Change a tracked link")
@needs(rights.CONTENT)
def change_tracked_link(request: ApiRequest, link_id: Id, given: TrackedLinkIn) -> dict[str, Any]:
    """Its address stays. 409 for another community."""
    return _link(actions.change(request.viewer, link_id, _wish(given)))


@router.post("/links/{link_id}/archive", response=TrackedLinkOut, summary="Archive a tracked link")
@needs(rights.CONTENT)
@once()
def archive_tracked_link(request: ApiRequest, link_id: Id) -> dict[str, Any]:
    """It leads nowhere any more; its figures stay."""
    return _link(actions.archive(request.viewer, link_id))


@router.post(
    "/links/{link_id}/restore", response=TrackedLinkOut, summary="Take a tracked link out of the archive"
)
@needs(rights.CONTENT)
@once()
def restore_tracked_link(request: ApiRequest, link_id: Id) -> dict[str, Any]:
    return _link(actions.restore(request.viewer, link_id))


@router.get(
    "/links/{link_id}/addresses/{member_id}", response=AddressOut, summary="A member’s own address of a link"
)
@needs(rights.CONTENT)
def read_link_address(request: ApiRequest, link_id: Id, member_id: Id) -> dict[str, Any]:
    """The same each time. 400 for who was never seen in the link's community."""
    return {"member": member_id, "address": queries.address_for(request.viewer, link_id, member_id)}


@router.get("/links/{link_id}/figures", response=FiguresOut, summary="What became of a tracked link?")
@needs(rights.VIEW)
def read_link_figures(request: ApiRequest, link_id: Id, wish: Query[Days]) -> dict[str, Any]:
    row = queries.access_link(request.viewer, link_id)
    zone = zone_of(row.community)
    today = clock.day_of(clock.now(), zone)
    span = Span(today - dt.timedelta(days=wish.days - 1), today, zone)
    found = queries.figures(row, span, wish.within, request.viewer)
    counted = ("clicks", "people", "previews", "forwards", "joins", "orders")
    return {
        "first": span.first, "last": span.last, "timezone": zone, "within": found.within,
        **{name: getattr(found, name).value for name in counted},
    }  # fmt: skip


def _wish(given: TrackedLinkIn) -> Wish:
    return Wish(given.name, given.target, given.community, given.type, given.column, given.last)


def _link(row: Link) -> dict[str, Any]:
    plain = ("name", "target", "column", "last", "archived_at", "created_at")
    return {
        "id": row.pk, "address": queries.address(row), "community": row.community_id, "type": row.kind,
        **{name: getattr(row, name) for name in plain},
    }  # fmt: skip
