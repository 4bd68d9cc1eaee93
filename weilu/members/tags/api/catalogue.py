"""The tags themselves: list, make, change, remove, who carries one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging
from weilu.core.directory.queries import member_names
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.members.queries.table import Filter, matching
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import sees
from weilu.members.tags import counting, queries
from weilu.members.tags.actions import catalogue as actions
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.models import Tag
from weilu.members.when import present

router = Router(tags=["tags"])
Title = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)]
Group = Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)]
Note = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]


class TagIn(In):
    """`segment`: the tag follows that segment and is kept for `keep_days` after. `communities` null: everybody may use it; of a
    tag with a segment they are the segment's."""

    name: Title
    group: Group = ""
    colour: Literal["", "blue", "green", "teal", "amber"] = ""
    note: Note = ""
    communities: list[Id] | None = None
    segment: Id | None = None
    keep_days: int = Field(0, ge=0, le=actions.MOST_DAYS)


class TagOut(Schema):
    """`members` is null in the list where it was not asked for. `problem` says why a tag that follows a segment stands still."""

    id: int
    name: str
    group: str
    colour: str
    note: str
    communities: list[int] | None
    segment: int | None
    keep_days: int
    problem: str
    members: int | None
    used_by: list[int]
    created_at: dt.datetime


class TagMemberOut(Schema):
    id: int
    name: str


class TagCounted(Schema):
    """`count`: also how many carry each."""

    count: bool = False


@router.get("/tags", response=list[TagOut], summary="Tags")
@needs(rights.VIEW)
def list_tags(request: ApiRequest, wish: Query[TagCounted]) -> list[dict[str, Any]]:
    """Those that I see, by group and name."""
    rows = queries.tags(request.viewer)
    counted = counting.counts(request.viewer, rows) if wish.count else None
    users = queries.users()
    return [
        _told(request.viewer, row, users.get(row.pk, []), None if counted is None else counted[row.pk])
        for row in rows
    ]


@router.post("/tags", response={201: TagOut}, summary="Make a tag")
@needs(rights.EDIT_MEMBERS)
@once()
def create_tag(request: ApiRequest, given: TagIn) -> dict[str, Any]:
    """With a segment it finds its members within seconds and follows them from then on."""
    return _one(request, actions.create(request.viewer, Wish(**given.dict())))


@router.get("/tags/{tag_id}", response=TagOut, summary="One tag")
@needs(rights.VIEW)
def read_tag(request: ApiRequest, tag_id: Id) -> dict[str, Any]:
    row = queries.access_tag(request.viewer, tag_id)
    return _one(request, row, counting.counts(request.viewer, [row])[row.pk])


@router.put("/tags/{tag_id}", response=TagOut, summary="Change a tag")
@needs(rights.EDIT_MEMBERS)
@once()
def change_tag(request: ApiRequest, tag_id: Id, given: TagIn) -> dict[str, Any]:
    """Everything is replaced. 409 where a fixed one would follow a segment, or the other way round."""
    return _one(request, actions.change(request.viewer, _mine(request, tag_id), Wish(**given.dict())))


@router.delete("/tags/{tag_id}", response=Done, summary="Remove a tag")
@needs(rights.EDIT_MEMBERS)
@once()
def remove_tag(request: ApiRequest, tag_id: Id) -> Done:
    """With its history. 409 while a segment uses it."""
    actions.remove(request.viewer, _mine(request, tag_id))
    return Done()


@router.get("/tags/{tag_id}/members", response=Page[TagMemberOut], summary="Who carries a tag")
@needs(rights.VIEW)
def list_tag_members(request: ApiRequest, tag_id: Id, wish: Query[Paging]) -> dict[str, Any]:
    """Members whom I see, ascending by id."""
    row = queries.access_tag(request.viewer, tag_id)
    ids = sorted(matching(request.viewer, Filter(tag=row.pk), present())["person"].tolist())
    shown, following = paging.numbers(ids, wish, "tag", tag=row.pk)
    called = member_names(shown)
    return {"items": [{"id": one, "name": called.get(one, "")} for one in shown], "next": following}


def _mine(request: ApiRequest, tag_id: int) -> Tag:
    """One that I may define."""
    row = queries.access_tag(request.viewer, tag_id)
    if not queries.may_define(request.viewer, row):
        raise missing()
    return row


def _one(request: ApiRequest, row: Tag, members: int | None = None) -> dict[str, Any]:
    return _told(request.viewer, row, queries.used_by(row), members)


def _told(viewer: Viewer, row: Tag, users: Sequence[Segment], members: int | None) -> dict[str, Any]:
    plain = ("name", "group", "colour", "note", "keep_days", "created_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "communities": row.places,
        "segment": row.segment_id,
        "problem": queries.problem(viewer, row),
        "members": members,
        "used_by": [one.pk for one in users if sees(viewer, one)],
    }
