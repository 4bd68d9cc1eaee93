"""Scores over the API: all communities, one with its parts and weeks, stages and weights."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Router, Schema
from pydantic import Field

from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Done, Id, In
from weilu.core.operators import rights
from weilu.core.operators.access import access_community, visible_communities
from weilu.goals.kpi import actions, asking, queries, rules

router = Router(tags=["kpi"])
Stage = Literal["start", "growing", "mature", "adjusting"]
Weight = Field(ge=0, le=100)


class GroupOut(Schema):
    """`weight` in hundredths; `points` null where nothing is known."""

    group: str
    weight: int
    points: int | None


class KpiPartOut(Schema):
    """`value` is a share of one, `share` that of the score which the part makes; `question` opens the people or events."""

    part: str
    group: str
    value: float | None
    points: int | None
    share: float
    question: dict[str, Any]


class WeekOut(Schema):
    """`first` is a Monday. `by_hand`: an operator said the stage; `suggested` is what the figures suggest."""

    first: dt.date
    score: int | None
    stage: str
    by_hand: bool
    suggested: str
    members: int
    groups: list[GroupOut]


class ScoreOut(WeekOut):
    community: int


class KpiOut(ScoreOut):
    """`weeks`: the newest last, this one included."""

    timezone: str
    parts: list[KpiPartOut]
    weeks: list[WeekOut]


class StageIn(In):
    """Empty: the stage that the figures suggest."""

    stage: Stage | Literal[""]


class WeightsIn(In):
    """Hundredths that make 100 together."""

    growth: int = Weight
    activity: int = Weight
    conversion: int = Weight
    retention: int = Weight


class WeightsOut(WeightsIn):
    stage: str


class KpiMoveOut(Schema):
    community: int
    before: int | None
    after: int | None


@router.get("/kpi", response=list[ScoreOut], summary="KPI scores of all communities")
@needs(rights.VIEW)
def list_scores(request: ApiRequest) -> list[dict[str, Any]]:
    """Those that I see, the best first, each for the last week that is over."""
    communities = list(visible_communities(request.viewer))
    if not communities:
        return []
    found = queries.tracks(request.viewer, communities, queries.present(communities))
    return [{"community": one.community.pk, **_week(one.now)} for one in queries.ranked(found)]


@router.get("/kpi/weights", response=list[WeightsOut], summary="Weights of the stages")
@needs(rights.VIEW)
def list_weights(request: ApiRequest) -> list[dict[str, Any]]:
    """Those in force."""
    book = queries.weight_book()
    return [{"stage": stage, **queries.weights_at(book, stage)} for stage in rules.STAGES]


@router.put("/kpi/weights/{stage}", response=WeightsOut, summary="Change the weights of a stage")
@needs(rights.GOALS)
def change_kpi_weights(request: ApiRequest, stage: Stage, given: WeightsIn) -> dict[str, Any]:
    """From now on: weeks before keep the weights of their time. They hold for the whole brand."""
    actions.weigh(request.viewer, stage, given.dict())
    return {"stage": stage, **queries.weights_at(queries.weight_book(), stage)}


@router.post(
    "/kpi/weights/{stage}/preview", response=list[KpiMoveOut], summary="What would other weights move?"
)
@needs(rights.GOALS)
@once()
def preview_kpi_weights(request: ApiRequest, stage: Stage, given: WeightsIn) -> list[dict[str, Any]]:
    """Communities at this stage, with the score now and by these weights. Nothing is kept."""
    chosen = actions.check(request.viewer, stage, given.dict())
    communities = list(visible_communities(request.viewer))
    if not communities:
        return []
    span = queries.present(communities)
    before = {one.community.pk: one.now for one in queries.tracks(request.viewer, communities, span)}
    after = queries.tracks(request.viewer, communities, span, weights={stage: chosen})
    return [
        {"community": one.community.pk, "before": was.score.score, "after": one.now.score.score}
        for one in after
        if (was := before[one.community.pk]).stage == stage
    ]


@router.get("/communities/{community_id}/kpi", response=KpiOut, summary="KPI score of a community")
@needs(rights.VIEW)
def read_score(request: ApiRequest, community_id: Id) -> dict[str, Any]:
    """The last week that is over, with its parts and the questions that open them, and 13 weeks."""
    community = access_community(request.viewer, community_id)
    [track] = queries.tracks(request.viewer, [community], queries.present([community]))
    return {
        "community": community.pk,
        **_week(track.now),
        "timezone": track.weekly.timezone,
        "parts": [_part(track, one) for one in track.now.score.parts],
        "weeks": [_week(one) for one in track.weeks],
    }


@router.put("/communities/{community_id}/stage", response=Done, summary="Say at which stage a community is")
@needs(rights.GOALS)
def change_stage(request: ApiRequest, community_id: Id, given: StageIn) -> dict[str, Any]:
    """From now on. Said again it changes nothing."""
    actions.put(request.viewer, community_id, given.stage)
    return {"done": True}


def _week(one: queries.Week) -> dict[str, Any]:
    return {
        "first": one.monday,
        "score": one.score.score,
        "stage": one.stage,
        "by_hand": one.by_hand,
        "suggested": one.suggestion.stage,
        "members": one.members,
        "groups": [
            {"group": group.slug, "weight": group.weight, "points": group.points}
            for group in one.score.groups
        ],
    }


def _part(track: queries.Track, one: rules.Scored) -> dict[str, Any]:
    slug, weekly = one.part.slug, track.weekly
    first = track.now.monday - (asking.WEEK if slug in asking.LATE else dt.timedelta())
    return {
        "part": slug,
        "group": one.part.group,
        "value": one.value,
        "points": one.points,
        "share": one.share,
        "question": asking.trend(slug, first, 1, weekly.timezone, [weekly.community])
        | {"point": {"at": first.isoformat()}},
    }
