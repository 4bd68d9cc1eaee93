"""One member: who they are, where, how active, what happened; and the name and note that operators give."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In, Long, Name
from weilu.core.directory.models import Member
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_community, access_member
from weilu.members import actions
from weilu.members.api import asking
from weilu.members.queries import person as reading
from weilu.members.queries import story as telling
from weilu.members.queries.person import Membership, Person
from weilu.members.queries.scores import Influence, best_tier, influence_of
from weilu.members.when import FIRST_DAY, LAST_DAY, When, present

router = Router(tags=["members"])


class AccountOut(Schema):
    """An account on a platform; `outside` is the platform's own id."""

    id: int
    platform: str
    outside: str
    name: str
    bot: bool


class StepOut(Schema):
    """From `at` on the state was this one; empty: not a member."""

    at: dt.datetime
    state: str


class MembershipOut(Schema):
    """`joined` is null where no joining was logged: then `first`, first seen, counts."""

    community: int
    state: str
    inside: bool
    messages: int
    interactions: int
    first: dt.datetime | None
    joined: dt.datetime | None
    last: dt.datetime | None
    history: list[StepOut]


class FactorOut(Schema):
    """`points` of at most `weight`, from `count` messages, people or days."""

    factor: str
    points: int
    weight: int
    count: int | None


class InfluenceOut(Schema):
    """In one community, or (null) over all. `place` of `members`; the factors sum to the score."""

    community: int | None
    score: int
    tier: str
    place: int
    members: int
    factors: list[FactorOut]


class MemberOut(Schema):
    """A member as far as I may see them. One who was merged away is answered with whom they are now. `note` is null without the
    right to change them."""

    id: int
    name: str
    named_by_hand: bool
    note: str | None
    state: str
    tier: str
    inside: bool
    messages: int
    first: dt.datetime | None
    last: dt.datetime | None
    accounts: list[AccountOut]
    memberships: list[MembershipOut]
    influence: list[InfluenceOut]


class MemberIn(In):
    """What is left out stays. An empty name lets the member follow their accounts again."""

    name: Name | None = None
    note: Long | None = None


class ErasedOut(Schema):
    member: int
    decision: int
    accounts: int


class ItemOut(Schema):
    """One line of the timeline. A move between states has `was` and `now`; an event its position and, with the right `texts`, its
    text."""

    at: dt.datetime
    kind: str
    position: int | None
    community: int | None
    room: str
    target: str
    text: str | None
    reply: bool
    value: int | None
    was: str
    now: str


class TimelineOut(Schema):
    items: list[ItemOut]
    next: str | None


class TalkOut(Schema):
    """Answers and mentions between this member and another."""

    member: int
    name: str
    to_me: int
    by_me: int


class Telling(asking.Moment):
    """`week`: a Monday; that week only."""

    tab: asking.Tab = "all"
    community: Id | None = None
    week: dt.date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)
    cursor: str | None = Field(None, max_length=1000, pattern=r"^[A-Za-z0-9_-]*$")


@router.get("/members/{member_id}", response=MemberOut, summary="One member")
@needs(rights.VIEW)
def read_member(request: ApiRequest, member_id: Id, asked: Query[asking.Moment]) -> dict[str, Any]:
    return _told(request.viewer, _reached(request.viewer, member_id), asking.moment(asked))


@router.patch("/members/{member_id}", response=MemberOut, summary="Name a member, or note something")
@needs(rights.EDIT_MEMBERS)
def change_member(request: ApiRequest, member_id: Id, change: MemberIn) -> dict[str, Any]:
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    actions.describe(request.viewer, member, name=change.name, note=change.note)
    member = _reached(request.viewer, member_id)
    return _told(request.viewer, member, present())


@router.post("/members/{member_id}/erase", response={201: ErasedOut}, summary="Erase a member for good")
@needs(rights.ERASE_MEMBERS)
@once(long=True)
def erase_member(request: ApiRequest, member_id: Id) -> dict[str, Any]:
    """Whatever says who they are goes, in every community, and cannot be brought back; nameless events and every figure stay."""
    member = access_member(request.viewer, member_id, rights.ERASE_MEMBERS)
    decision = actions.erase(request.viewer, member)
    return {"member": member.pk, "decision": decision.pk, "accounts": len(decision.evidence["accounts"])}


@router.get("/members/{member_id}/timeline", response=TimelineOut, summary="What happened with a member")
@needs(rights.VIEW)
def read_timeline(request: ApiRequest, member_id: Id, asked: Query[Telling]) -> dict[str, Any]:
    """Newest first, twenty lines a page."""
    viewer = request.viewer
    if asked.community is not None:
        access_community(viewer, asked.community)
    one = reading.person(viewer, _reached(viewer, member_id).pk, asking.moment(asked))
    days = {"week": asked.week, "as_of": asked.as_of, "known": asked.known}
    of = paging.question(f"timeline/{one.id}", tab=asked.tab, community=asked.community, **days)
    mark = paging.place(asked.cursor, of)
    choice = telling.Choice(asked.tab, mark[0] if mark else "", asked.community, asked.week)
    page = telling.story(viewer, one, asking.moment(asked), choice)
    items = [_item(viewer, item) for item in page.items]
    return {"items": items, "next": paging.cursor([page.next], of) if page.next else None}


@router.get("/members/{member_id}/talks", response=list[TalkOut], summary="With whom a member talks")
@needs(rights.VIEW)
def list_talks(request: ApiRequest, member_id: Id, asked: Query[asking.Moment]) -> list[Any]:
    """The dozen with whom most answers and mentions went to and fro."""
    moment = asking.moment(asked)
    one = reading.person(request.viewer, _reached(request.viewer, member_id).pk, moment)
    return list(reading.talks(one, moment))


def _reached(viewer: Viewer, member_id: int) -> Member:
    """The member, or into whom they were merged."""
    member = access_member(viewer, member_id)
    return access_member(viewer, member.merged_into_id) if member.merged_into_id else member


def _told(viewer: Viewer, member: Member, moment: When) -> dict[str, Any]:
    one = reading.person(viewer, member.pk, moment)
    found = influence_of(one.id, _scopes(viewer, one), moment)
    return {
        "id": one.id,
        "name": one.name,
        "named_by_hand": member.named_by_hand,
        "note": member.note if _edits(viewer, one) else None,
        "state": one.state,
        "tier": next((each.tier for each in found if each.scope == 0), best_tier(found, one.inside)),
        "inside": one.inside,
        "messages": one.messages,
        "first": asking.at(one.first),
        "last": asking.at(one.last),
        "accounts": one.identities,
        "memberships": [_membership(each) for each in one.memberships],
        "influence": [_influence(each) for each in found],
    }


def _scopes(viewer: Viewer, one: Person) -> list[int]:
    whole = [0] if viewer.communities is None else []
    return [*whole, *(each.community.pk for each in one.memberships)]


def _edits(viewer: Viewer, one: Person) -> bool:
    return (rights.EDIT_MEMBERS, 0) in viewer.held or any(
        viewer.can(rights.EDIT_MEMBERS, each.community.pk) for each in one.memberships
    )


def _membership(one: Membership) -> dict[str, Any]:
    plain = ("state", "inside", "messages", "interactions")
    return {
        **{name: getattr(one, name) for name in plain},
        "community": one.community.pk,
        "first": asking.at(one.first),
        "joined": asking.at(one.joined),
        "last": asking.at(one.last),
        "history": [{"at": clock.from_ms(at * 1000), "state": state} for at, state in one.history],
    }


def _influence(one: Influence) -> dict[str, Any]:
    factors = [
        {"factor": each.slug, "points": each.points, "weight": each.weight, "count": each.count}
        for each in one.factors
    ]
    plain = {name: getattr(one, name) for name in ("score", "tier", "place", "members")}
    return {**plain, "community": one.scope or None, "factors": factors}


def _item(viewer: Viewer, item: telling.Item) -> dict[str, Any]:
    plain = ("kind", "room", "target", "reply", "value", "was", "now")
    return {
        **{name: getattr(item, name) for name in plain},
        "at": item.moment,
        "position": item.position or None,
        "community": item.community or None,
        "text": item.text if item.position and viewer.can(rights.TEXTS, item.community or None) else None,
    }
