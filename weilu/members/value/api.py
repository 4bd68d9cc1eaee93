"""Value for programs: of one member, the weights, and who would move by others."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In
from weilu.core.operators import rights
from weilu.core.operators.access import access_member, demand, visible_communities
from weilu.members.value import actions, queries, rules, scales
from weilu.members.value.queries import Worth
from weilu.members.value.rules import Scale
from weilu.members.when import present

router = Router(tags=["value"])
Points = Annotated[int, Field(ge=0, le=100)]
Edges = Annotated[list[Annotated[int, Field(ge=1, lt=2**53)]], Field(max_length=4)]


class ValueFactorOut(Schema):
    """`points` of at most `weight`."""

    factor: str
    points: int
    weight: float


class ValueOut(Schema):
    """In one community, or (null) over all. The factors sum to the score; `r`, `f`, `m` are steps from 1 to 5, 0 without an order in
    a year. `amount` is in the smallest unit of money."""

    community: int | None
    score: int
    band: str
    r: int
    f: int
    m: int
    orders: int
    amount: int
    last: dt.datetime | None
    factors: list[ValueFactorOut]


class ValueWeightsIn(In):
    """Whole numbers that add up to 100. `r`, `f`, `m`: four ascending edges each; empty: by fifths of those who ordered."""

    purchasing: Points
    conversion: Points
    engagement: Points
    influence: Points
    recommendation: Points
    r: Edges = []
    f: Edges = []
    m: Edges = []


class ValueWeightsOut(Schema):
    purchasing: int
    conversion: int
    engagement: int
    influence: int
    recommendation: int
    r: list[int]
    f: list[int]
    m: list[int]


class ValueMovingOut(Schema):
    was: str
    now: str
    count: int
    members: list[int]


class ValuePreviewOut(Schema):
    """`changed`: whose score would be another; `moving`: who would stand in another band, at most 200 named of each."""

    members: int
    changed: int
    moving: list[ValueMovingOut]


@router.get("/members/{member_id}/value", response=list[ValueOut], summary="Value of a member")
@needs(rights.VIEW)
def read_member_value(request: ApiRequest, member_id: Id) -> list[dict[str, Any]]:
    """As weighed last Monday, over all and in each community that I see; empty where there is nothing to weigh."""
    member = access_member(request.viewer, member_id)
    whole = [0] if request.viewer.communities is None else []
    scopes = [*whole, *(row.pk for row in visible_communities(request.viewer))]
    return [_told(one) for one in queries.worth_of(member.merged_into_id or member.pk, scopes, present())]


@router.get("/value/weights", response=ValueWeightsOut, summary="Weights of the value score")
@needs(rights.VIEW)
def read_weights(request: ApiRequest) -> dict[str, Any]:
    return _scale(scales.current())


@router.post("/value/weights/preview", response=ValuePreviewOut, summary="Who would move by other weights?")
@needs(rights.SETTINGS)
def preview_weights(request: ApiRequest, given: ValueWeightsIn) -> dict[str, Any]:
    """Nothing is changed."""
    demand(request.viewer, rights.SETTINGS)
    found = queries.preview(actions.checked(_given(given)))
    moving = [
        {"was": one.was, "now": one.now, "count": one.count, "members": [who for who, _name in one.members]}
        for one in found.moving
    ]
    return {"members": found.members, "changed": found.changed, "moving": moving}


@router.put("/value/weights", response=ValueWeightsOut, summary="Change the weights of the value score")
@needs(rights.SETTINGS)
@once()
def change_weights(request: ApiRequest, given: ValueWeightsIn) -> dict[str, Any]:
    """They hold from this week on."""
    return _scale(scales.of(actions.change(request.viewer, _given(given))))


def _given(given: ValueWeightsIn) -> Scale:
    data = given.dict()
    edges = {step: tuple(data[step]) for step in rules.STEPS if data[step]}
    return Scale({one: data[one] for one in rules.FACTORS}, edges)


def _scale(scale: Scale) -> dict[str, Any]:
    return {**scale.weights, **{step: list(scale.edges.get(step, ())) for step in rules.STEPS}}


def _told(one: Worth) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("score", "band", "r", "f", "m", "orders", "amount")}
    factors = [
        {"factor": each.slug, "points": each.points, "weight": round(each.weight, 2)} for each in one.factors
    ]
    return {
        **plain,
        "community": one.scope or None,
        "last": clock.from_ms(one.last * 1000) if one.last else None,
        "factors": factors,
    }
