"""One member's tags, and a change of many with its preview and its undoing."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from pydantic import Field

from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In
from weilu.core.errors import WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import access_member
from weilu.members.tags import people, queries
from weilu.members.tags.actions import hand as actions
from weilu.members.tags.actions.catalogue import MOST_DAYS
from weilu.members.when import present

router = Router(tags=["tags"])
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Percent = Annotated[int, Field(ge=0, le=100)]
MOST = 10_000


class TagCarriedOut(Schema):
    """`source`: hand, rule, import or event; `by` the operator's name where somebody gave it; `rule_version` that of the segment
    that the tag followed; `event` the position in the log of what it was given for."""

    tag: int
    name: str
    source: str
    by: str
    since: dt.datetime
    expires_at: dt.datetime | None
    confidence: int | None
    event: int | None
    rule_version: int | None


class TagGiveIn(In):
    """`event`: a position in the log, where something that happened is the reason."""

    tag: Id
    days: Days | None = None
    confidence: Percent | None = None
    event: Id | None = None


class TagManyIn(In):
    """Either `members` or `segment`. With `preview` nothing is changed."""

    act: Literal["add", "remove"]
    members: list[Id] | None = Field(None, max_length=MOST)
    segment: Id | None = None
    days: Days | None = None
    confidence: Percent | None = None
    preview: bool = False


class TagManyOut(Schema):
    """`changing` change (or would); `already` are so; `others` are not mine to change. `decision` is what undoes it, null in a
    preview."""

    changing: int
    already: int
    others: int
    decision: int | None


class TagChangedOut(Schema):
    changed: bool


class TagUndoneOut(Schema):
    decision: int


@router.get("/members/{member_id}/tags", response=list[TagCarriedOut], summary="Tags of a member")
@needs(rights.VIEW)
def list_member_tags(request: ApiRequest, member_id: Id) -> list[dict[str, Any]]:
    member = access_member(request.viewer, member_id)
    plain = ("source", "by", "since", "expires_at", "confidence", "event", "rule_version")
    return [
        {"tag": one.tag.pk, "name": one.tag.name, **{name: getattr(one, name) for name in plain}}
        for one in queries.carried(request.viewer, member.merged_into_id or member.pk, present())
    ]


@router.post("/members/{member_id}/tags", response=TagChangedOut, summary="Give a member a tag")
@needs(rights.EDIT_MEMBERS)
@once()
def give_tag(request: ApiRequest, member_id: Id, given: TagGiveIn) -> dict[str, Any]:
    """Given again it gets this end and confidence; `changed` is false then. 409 for a tag that follows a segment."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    tag = queries.access_tag(request.viewer, given.tag)
    changed = actions.give_one(
        request.viewer, tag, member, days=given.days, confidence=given.confidence, event=given.event
    )
    return {"changed": changed}


@router.delete(
    "/members/{member_id}/tags/{tag_id}", response=TagChangedOut, summary="Take a tag from a member"
)
@needs(rights.EDIT_MEMBERS)
@once()
def take_tag(request: ApiRequest, member_id: Id, tag_id: Id) -> dict[str, Any]:
    """`changed` is false where the member did not carry it."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    return {"changed": actions.take_one(request.viewer, queries.access_tag(request.viewer, tag_id), member)}


@router.post("/tags/{tag_id}/many", response=TagManyOut, summary="Give a tag to many, or take it")
@needs(rights.EDIT_MEMBERS)
@once(long=True)
def change_many(request: ApiRequest, tag_id: Id, given: TagManyIn) -> dict[str, Any]:
    """Whom I may not change is passed over. 409 where nobody would change."""
    tag = queries.access_tag(request.viewer, tag_id)
    if (given.members is None) == (given.segment is None):
        raise WeiluError(_("Give either “members” or “segment”."), field="body.members")
    if given.segment is not None:
        members = people.of_segment(request.viewer, given.segment)
    else:
        members = given.members or []
    found = actions.preview(request.viewer, tag, given.act, members)
    decision = None
    if not given.preview:
        done = actions.change_many(
            request.viewer, tag, given.act, members, days=given.days, confidence=given.confidence
        )
        decision = done.pk
    return {
        "changing": len(found.changing),
        "already": found.already,
        "others": found.others,
        "decision": decision,
    }


@router.post("/tags/changes/{decision_id}/undo", response=TagUndoneOut, summary="Undo a change of many")
@needs(rights.EDIT_MEMBERS)
@once(long=True)
def undo_many(request: ApiRequest, decision_id: Id) -> dict[str, Any]:
    """What it gave and still stands goes; what it took comes back. 409 where that was done before."""
    return {"decision": actions.undo(request.viewer, decision_id).pk}
