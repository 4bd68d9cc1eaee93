"""Saved segments for programs: the list, one of them, its members, who came and went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging
from weilu.core.directory.queries import member_names
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import questions
from weilu.members.segments import actions, queries
from weilu.members.segments.actions import Wish
from weilu.members.segments.models import Segment

router = Router(tags=["segments"])
EXAMPLE = {"did": "message.sent", "times": {"gte": 3}, "within": "7d"}
Title = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
Note = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]


class SegmentIn(In):
    """`rule` as in docs/reference/segments.md. `communities` null: the whole brand."""

    name: Title
    rule: dict[str, Any] = Field(examples=[EXAMPLE])
    note: Note = ""
    communities: list[Id] | None = None


class SnapshotIn(In):
    name: Title


class SegmentOut(Schema):
    """`size` is how many were in it when they were last looked at (`computed_at`; null: not yet), null where the rule speaks of
    communities that I do not see. `used_by` are those that I see. `problem` says why it cannot
    be worked out just now. `origin`: the question behind whose number its people stood; a list that was kept so has no `rule`."""

    id: int
    name: str
    note: str
    rule: dict[str, Any]
    origin: dict[str, Any] | None
    sentence: str
    communities: list[int] | None
    snapshot: bool
    version: int
    size: int | None
    computed_at: dt.datetime | None
    milliseconds: int
    problem: str
    used_by: list[int]
    created_at: dt.datetime


class SegmentMemberOut(Schema):
    id: int
    name: str


class SegmentMoveOut(Schema):
    """`why`: the conditions that had changed, in words; empty where many moved at once."""

    member: int
    at: dt.datetime
    entered: bool
    why: list[str]


class Since(Schema):
    """At most so many days back."""

    days: int = Field(30, ge=1, le=365)


@router.get("/segments", response=list[SegmentOut], summary="Saved segments")
@needs(rights.VIEW)
def list_segments(request: ApiRequest) -> list[dict[str, Any]]:
    """Those whose communities I see, by name."""
    rows = queries.segments(request.viewer)
    known, users = queries.countable(request.viewer, rows), queries.users()
    return [_told(row, request.viewer, row in known, users.get(row.pk, [])) for row in rows]


@router.post("/segments", response={201: SegmentOut}, summary="Make a segment")
@needs(rights.EDIT_MEMBERS)
@once()
def create_segment(request: ApiRequest, given: SegmentIn) -> dict[str, Any]:
    """It is worked out within seconds and follows its rule from then on."""
    return _one(request, actions.create(request.viewer, _wish(given)))


@router.get("/segments/{segment_id}", response=SegmentOut, summary="One segment")
@needs(rights.VIEW)
def read_segment(request: ApiRequest, segment_id: Id) -> dict[str, Any]:
    return _one(request, queries.access_segment(request.viewer, segment_id))


@router.put("/segments/{segment_id}", response=SegmentOut, summary="Change a segment")
@needs(rights.EDIT_MEMBERS)
@once()
def change_segment(request: ApiRequest, segment_id: Id, given: SegmentIn) -> dict[str, Any]:
    """Everything is replaced. 409 where the rule of a snapshot would change."""
    row = queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS)
    return _one(request, actions.change(request.viewer, row, _wish(given)))


@router.delete("/segments/{segment_id}", response=Done, summary="Remove a segment")
@needs(rights.EDIT_MEMBERS)
@once()
def remove_segment(request: ApiRequest, segment_id: Id) -> Done:
    """With its history. 409 while another segment uses it."""
    actions.remove(request.viewer, queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS))
    return Done()


@router.post("/segments/{segment_id}/snapshot", response={201: SegmentOut}, summary="Keep who is in it now")
@needs(rights.EDIT_MEMBERS)
@once()
def keep_segment(request: ApiRequest, segment_id: Id, given: SnapshotIn) -> dict[str, Any]:
    """A segment of its own that stays as it is."""
    row = queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS)
    return _one(request, actions.keep(request.viewer, row, given.name))


@router.get("/segments/{segment_id}/members", response=Page[SegmentMemberOut], summary="Who is in a segment")
@needs(rights.VIEW)
def list_segment_members(request: ApiRequest, segment_id: Id, wish: Query[Paging]) -> dict[str, Any]:
    """As the rule finds them at this moment, ascending by id."""
    row = queries.access_segment(request.viewer, segment_id)
    ids = questions.behind(queries.question(row), request.viewer).ids
    shown, following = paging.numbers(ids, wish, "segment", segment=row.pk)
    called = member_names(shown)
    return {"items": [{"id": one, "name": called.get(one, "")} for one in shown], "next": following}


@router.get("/segments/{segment_id}/moves", response=list[SegmentMoveOut], summary="Who came and went")
@needs(rights.VIEW)
def list_segment_moves(request: ApiRequest, segment_id: Id, wish: Query[Since]) -> list[dict[str, Any]]:
    """The newest first, at most a hundred. A change of the rule moves nobody."""
    row = queries.access_segment(request.viewer, segment_id)
    if not queries.countable(request.viewer, [row]):
        raise missing()
    since = clock.now() - dt.timedelta(days=wish.days)
    return [
        {"member": one.member, "at": one.at, "entered": one.entered, "why": list(one.why)}
        for one in queries.moves(row, since)
    ]


def _wish(given: SegmentIn) -> Wish:
    return Wish(given.name, given.rule, given.note, given.communities)


def _one(request: ApiRequest, row: Segment) -> dict[str, Any]:
    return _told(row, request.viewer, bool(queries.countable(request.viewer, [row])), queries.used_by(row))


def _told(row: Segment, viewer: Viewer, known: bool, users: Sequence[Segment]) -> dict[str, Any]:
    plain = (
        "name", "note", "rule", "communities", "snapshot", "version", "computed_at", "milliseconds", "created_at", "origin",
    )  # fmt: skip
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "size": row.size if known else None,
        "sentence": queries.words(row),
        "problem": queries.problem(viewer, row) if row.problem else "",
        "used_by": [one.pk for one in users if queries.sees(viewer, one)],
    }
