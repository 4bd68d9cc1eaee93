"""Advice over the API: what is advised, taking it or turning it down, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Id, In, Page, Paging
from weilu.core.operators import rights
from weilu.core.operators.access import access_community, missing, visible_communities
from weilu.evaluation.advice import actions, queries, rules, words
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.models import Decided
from weilu.evaluation.advice.shapes import Advice
from weilu.evaluation.diagnosis import gather

router = Router(tags=["advice"])


class AdviceOut(Schema):
    """`people`: it is directed at members, and some are left out by lot to compare with. `action` is the drafted task."""

    community: int
    rule: str
    strength: float
    sentence: str
    evidence: str
    action: str
    expected: str
    people: bool
    days: int


class OneOut(AdviceOut):
    """`members` or `positions` are what stands behind it; `held` would be left out, were it taken today."""

    members: list[int]
    positions: list[int]
    held: list[int]


class TakeIn(In):
    verdict: Literal["task", "segment"]


class DismissIn(In):
    reason: str = Field(min_length=1, max_length=300, pattern=NO_NUL)


class EffectOut(Schema):
    """`verdict`: running, too_few, better, worse, no_difference (Fisher's exact test, `chance` is its p), or before_after."""

    verdict: str
    meant: int
    met: int
    held: int
    held_met: int
    chance: float | None
    before: float | None
    after: float | None


class AdviceDecidedOut(Schema):
    """`effect` null: turned down. `first` and `last` are the days over which it is measured."""

    id: int
    community: int
    rule: str
    verdict: str
    reason: str
    meant: list[int]
    held: list[int]
    first: dt.date
    last: dt.date
    task: int | None
    segment: int | None
    at: dt.datetime
    effect: EffectOut | None


@router.get("/advice", response=list[AdviceOut], summary="What is advised?")
@needs(rights.VIEW)
def list_advice(request: ApiRequest) -> list[dict[str, Any]]:
    """In all communities that I see, the strongest first; without what somebody decided on lately."""
    communities = list(visible_communities(request.viewer))
    found = queries.advised(request.viewer, communities, gather.present()) if communities else {}
    rows = [(one.pk, each) for one in communities for each in found[one.pk]]
    return [_told(*row) for row in sorted(rows, key=lambda row: -row[1].strength)]


@router.get("/advice/decided", response=Page[AdviceDecidedOut], summary="What was decided on advice?")
@needs(rights.VIEW)
def list_decided(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """By id, with what came of it."""
    found, following = paging.rows_by_id(queries.decided(request.viewer), paged, "advice")
    came = queries.came_of(request.viewer, found)
    return {"items": [_said(row, came[row.pk]) for row in found], "next": following}


@router.get("/advice/decided/{decided_id}", response=AdviceDecidedOut, summary="One decision on advice")
@needs(rights.VIEW)
def read_decided(request: ApiRequest, decided_id: Id) -> dict[str, Any]:
    return _decided(request, queries.access_decided(request.viewer, decided_id))


@router.get("/advice/{community_id}/{advice}", response=OneOut, summary="One piece of advice")
@needs(rights.VIEW)
def read_advice(request: ApiRequest, community_id: Id, advice: str) -> dict[str, Any]:
    """Missing where it is not advised now. Looking keeps and sends nothing."""
    community = access_community(request.viewer, community_id)
    found = queries.find(request.viewer, community, advice, gather.present())
    if found is None:
        raise missing()
    held = list(queries.drawn(request.viewer, community, found))
    behind = {"members": list(found.members), "positions": list(found.positions)}
    return {**_told(community.pk, found), **behind, "held": held}


@router.post("/advice/{community_id}/{advice}/take", response={201: AdviceDecidedOut}, summary="Take advice")
@needs(rights.EDIT_MEMBERS)
@once()
def take_advice(request: ApiRequest, community_id: Id, advice: str, given: TakeIn) -> dict[str, Any]:
    """A task for who calls, or a segment of those it is meant for. Nobody is written to."""
    make = actions.make_segment if given.verdict == "segment" else actions.make_task
    return _decided(request, make(request.viewer, community_id, advice))


@router.post(
    "/advice/{community_id}/{advice}/dismiss", response={201: AdviceDecidedOut}, summary="Turn advice down"
)
@needs(rights.EDIT_MEMBERS)
@once()
def dismiss_advice(request: ApiRequest, community_id: Id, advice: str, given: DismissIn) -> dict[str, Any]:
    """It is quiet for 90 days."""
    return _decided(request, actions.dismiss(request.viewer, community_id, advice, given.reason))


def _told(community: int, advice: Advice) -> dict[str, Any]:
    told, rule = words.said(community, advice), rules.rule(advice.rule)
    return {
        "community": community,
        "rule": advice.rule,
        "strength": round(advice.strength, 3),
        "sentence": told.sentence,
        "evidence": told.evidence,
        "action": told.action,
        "expected": told.expected,
        "people": told.people,
        "days": rule.days if rule else 0,
    }


def _decided(request: ApiRequest, row: Decided) -> dict[str, Any]:
    return _said(row, queries.effect(request.viewer, row))


def _said(row: Decided, effect: Effect | None) -> dict[str, Any]:
    names = (
        "rule", "verdict", "reason", "meant", "held", "first", "last", "task", "segment", "at",
    )  # fmt: skip
    told = {name: getattr(effect, name) for name in EffectOut.model_fields} if effect else None
    return {
        "id": row.pk,
        "community": row.community_id,
        **{name: getattr(row, name) for name in names},
        "effect": told,
    }
