"""The growth funnel over the API: the five stages as they stand, and their figures and targets with all versions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.core.api.guards import needs
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In
from weilu.core.operators import rights
from weilu.goals.growth import actions, queries, rules, spans, words
from weilu.goals.growth.models import Plan

router = Router(tags=["growth"])
Slug = Literal["exposure", "interest", "action", "retention", "conversion"]
Source = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]


class StagePlan(In):
    """`measure` empty: `source` is a metric; `count` or `members`: it is an event, and all of them or the members who did it are
    counted. `rate`: per cent of the stage before that are aimed at; `count`: how many a month."""

    stage: Slug
    source: Source = Field(examples=["reads"])
    measure: Literal["", "count", "members"] = ""
    rate: float | None = Field(None, allow_inf_nan=False, examples=[5])
    count: float | None = Field(None, allow_inf_nan=False, examples=[2000])


class GrowthPlanIn(In):
    """All five stages in their order. `community` null: the whole brand."""

    community: Id | None = None
    stages: list[StagePlan] = Field(min_length=5, max_length=5)


class GrowthPlanOut(Schema):
    """`own` false: the community follows the brand. `at` null: as delivered. `stages` empty: from then on it follows the brand."""

    own: bool
    at: dt.datetime | None
    by: int | None
    stages: list[StagePlan]


class GrowthStageOut(Schema):
    """`value` and `before` are what was counted in the span and the one before; `share` and `share_before` per cent of the stage
    before. `due`: of `plan.count` by the days that are over. `share_reached`, `count_reached`: actual ÷ target. `open`: the day on
    which the last of it is known. `question` gives the
    value; with `"people": true` or `"events": true` who or what is behind it."""

    plan: StagePlan
    value: float | None
    before: float | None
    share: float | None
    share_before: float | None
    due: float | None
    share_reached: float | None
    count_reached: float | None
    open: dt.date | None
    question: dict[str, Any] | None


class GapOut(Schema):
    """Where least of a target is reached, by its share (`rate`) or its number (`count`), and how many are missing there."""

    stage: Slug
    by: Literal["rate", "count"]
    missing: int


class GrowthOut(Schema):
    """Days are local, both included."""

    community: int | None
    timezone: str
    first: dt.date
    last: dt.date
    before_first: dt.date
    before_last: dt.date
    stages: list[GrowthStageOut]
    gap: GapOut | None
    sentence: str


class Place(Schema):
    community: Id | None = None


class Wish(Place):
    """`month` as 2026-11, or `from` and `to`; neither: the present month, or that of the newest event."""

    month: str = Field("", max_length=10, pattern=r"^[0-9-]*$")
    first: str = Field("", alias="from", max_length=10, pattern=r"^[0-9-]*$")
    last: str = Field("", alias="to", max_length=10, pattern=r"^[0-9-]*$")


@router.get("/growth", response=GrowthOut, summary="The growth funnel")
@needs(rights.VIEW)
def read_growth(request: ApiRequest, wish: Query[Wish]) -> dict[str, Any]:
    """Five stages with their targets and the widest gap: of a community, or of the brand for who sees all of it."""
    span = spans.asked(wish.month, wish.first, wish.last)
    place = queries.access_place(request.viewer, wish.community)
    found = queries.picture(request.viewer, place, span)
    gap = found.gap
    return {
        "community": wish.community,
        "timezone": found.timezone,
        "first": found.span.first,
        "last": found.span.last,
        "before_first": found.span_before.first,
        "before_last": found.span_before.last,
        "stages": [_row(row) for row in found.rows],
        "gap": gap and {"stage": gap.at.stage.slug, "by": gap.by, "missing": gap.missing},
        "sentence": words.sentence(found)[0],
    }


@router.get("/growth/plan", response=GrowthPlanOut, summary="Stages and targets of growth")
@needs(rights.VIEW)
def read_growth_plan(request: ApiRequest, wish: Query[Place]) -> dict[str, Any]:
    """Those in force."""
    return _plan(queries.in_force(queries.access_place(request.viewer, wish.community)))


@router.put("/growth/plan", response=GrowthPlanOut, summary="Change stages and targets of growth")
@needs(rights.GOALS)
def change_growth_plan(request: ApiRequest, given: GrowthPlanIn) -> dict[str, Any]:
    """From now on: months that are over keep those of their time. The same again changes nothing."""
    actions.save(request.viewer, given.community, [_stage(one) for one in given.stages])
    return _plan(queries.in_force(queries.access_place(request.viewer, given.community)))


@router.get("/growth/plan/versions", response=list[GrowthPlanOut], summary="All versions of the stages")
@needs(rights.VIEW)
def list_growth_plans(request: ApiRequest, wish: Query[Place]) -> list[dict[str, Any]]:
    """The newest first."""
    place = queries.access_place(request.viewer, wish.community)
    return [_version(row) for row in queries.versions(place)]


@router.delete(
    "/communities/{community_id}/growth-plan", response=Done, summary="Follow the brand’s growth funnel"
)
@needs(rights.GOALS)
def follow_growth_plan(request: ApiRequest, community_id: Id) -> dict[str, bool]:
    """409 where it does already."""
    actions.follow(request.viewer, community_id)
    return {"done": True}


def _stage(one: StagePlan) -> rules.Stage:
    return rules.Stage(one.stage, one.source, one.measure, one.rate, one.count)


def _said(one: rules.Stage) -> dict[str, Any]:
    return {
        "stage": one.slug,
        "source": one.source,
        "measure": one.measure,
        "rate": one.rate,
        "count": one.count,
    }


def _plan(held: queries.InForce) -> dict[str, Any]:
    at, by = (held.plan.at, held.plan.by_id) if held.plan else (None, None)
    return {"own": held.own, "at": at, "by": by, "stages": [_said(one) for one in held.stages]}


def _version(row: Plan) -> dict[str, Any]:
    stages = queries.stages_of(row)
    return {"own": bool(stages), "at": row.at, "by": row.by_id, "stages": [_said(one) for one in stages]}


def _row(row: queries.Row) -> dict[str, Any]:
    one = row.judged
    return {
        "plan": _said(one.stage),
        "value": one.figure.now,
        "before": one.figure.before,
        "share": one.rate,
        "share_before": one.rate_before,
        "due": one.due,
        "share_reached": one.rate_reached,
        "count_reached": one.count_reached,
        "open": one.open,
        "question": row.question,
    }
