"""Goals over the API: what is to be reached, how it stands, and what explains a gap."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging, Slug
from weilu.core.operators import rights
from weilu.goals import actions, queries, rules
from weilu.goals.actions import Result, Wish
from weilu.goals.models import KeyResult, Objective

router = Router(tags=["goals"])


class ResultIn(In):
    """`aim`: `level` (the figure of a week) or `total` (all from the first day to the last; of what is better in small numbers the
    most that there may be). `baseline` null: the mean of the four
    whole weeks before the first day, frozen now."""

    metric: Slug = Field(examples=["wau"])
    target: float = Field(allow_inf_nan=False, examples=[400])
    aim: Literal["level", "total"] = "level"
    baseline: float | None = Field(None, allow_inf_nan=False)


class GoalIn(In):
    """`community` null: the whole brand. `segment`: only of who is in it, by its number. `first` and `last` are local days, both included."""

    title: str = Field(min_length=1, max_length=200, pattern=NO_NUL)
    owner: Id
    first: dt.date
    last: dt.date
    community: Id | None = None
    segment: Id | None = None


class GoalNew(GoalIn):
    results: list[ResultIn] = Field([], max_length=actions.MOST_RESULTS)


class TargetIn(In):
    target: float = Field(allow_inf_nan=False)


class CloseIn(In):
    closing: Literal["done", "dropped"]


class ResultOut(Schema):
    """`baseline_weeks` 0: given by hand."""

    id: int
    metric: str
    aim: str
    target: float
    baseline: float
    baseline_weeks: int


class GoalOut(Schema):
    id: int
    title: str
    community: int | None
    segment: int | None
    owner: int
    first: dt.date
    last: dt.date
    closed_at: dt.datetime | None
    closing: str
    results: list[ResultOut]


class ForecastOut(Schema):
    """At the end: `low` to `high` holds four of five cases; `confidence` is the chance that the target is reached."""

    value: float
    low: float
    high: float
    confidence: float


class DriverOut(Schema):
    """`name` empty: what no part explains alone. `gap` is `expected` − `actual`, below 0 where it is too much; the parts add up to the
    whole."""

    name: str
    expected: float
    actual: float
    gap: float
    parts: list[dict[str, Any]]


class StandingOut(Schema):
    """`state`: reached, on_track, behind, missed, too_early or unknown. `forecast` null: too little history, or the goal is over."""

    result: int
    state: str
    value: float | None
    pace: float | None
    progress: float | None
    gap: float | None
    weeks_known: int
    forecast: ForecastOut | None
    drivers: list[DriverOut]


class Which(Paging):
    closed: bool = False


@router.get("/goals", response=Page[GoalOut], summary="Goals")
@needs(rights.VIEW)
def list_goals(request: ApiRequest, wish: Query[Which]) -> dict[str, Any]:
    """By id. Of communities that one sees; of the whole brand for who sees all of it."""
    rows = queries.objectives(request.viewer, closed=wish.closed)
    return paging.by_id(rows, wish, "goals", _goal)


@router.post("/goals", response={201: GoalOut}, summary="Set a goal")
@needs(rights.GOALS)
@once()
def set_goal(request: ApiRequest, given: GoalNew) -> dict[str, Any]:
    """With its key results, whose baselines are frozen now."""
    return _goal(actions.set_goal(request.viewer, _wish(given), [_result(one) for one in given.results]))


@router.get("/goals/{goal_id}", response=GoalOut, summary="One goal")
@needs(rights.VIEW)
def read_goal(request: ApiRequest, goal_id: Id) -> dict[str, Any]:
    return _goal(queries.access_objective(request.viewer, goal_id))


@router.get("/goals/{goal_id}/standing", response=list[StandingOut], summary="How does a goal stand?")
@needs(rights.VIEW)
def read_standing(request: ApiRequest, goal_id: Id) -> list[dict[str, Any]]:
    """Progress, pace and forecast of each key result; for one that lags or missed, what explains the gap."""
    row = queries.access_objective(request.viewer, goal_id)
    return [_standing(request, row, track) for track in queries.tracks([row], request.viewer).values()]


@router.put("/goals/{goal_id}", response=GoalOut, summary="Change a goal")
@needs(rights.GOALS)
def change_goal(request: ApiRequest, goal_id: Id, given: GoalIn) -> dict[str, Any]:
    """Title, owner and last day. 409 for another place, or another first day once there are key results."""
    return _goal(actions.change(request.viewer, goal_id, _wish(given)))


@router.delete("/goals/{goal_id}", response=Done, summary="Remove a goal")
@needs(rights.GOALS)
def remove_goal(request: ApiRequest, goal_id: Id) -> dict[str, bool]:
    actions.remove(request.viewer, goal_id)
    return {"done": True}


@router.post("/goals/{goal_id}/close", response=GoalOut, summary="Close a goal")
@needs(rights.GOALS)
@once()
def close_goal(request: ApiRequest, goal_id: Id, given: CloseIn) -> dict[str, Any]:
    return _goal(actions.close(request.viewer, goal_id, given.closing))


@router.post("/goals/{goal_id}/reopen", response=GoalOut, summary="Open a goal again")
@needs(rights.GOALS)
@once()
def reopen_goal(request: ApiRequest, goal_id: Id) -> dict[str, Any]:
    return _goal(actions.reopen(request.viewer, goal_id))


@router.post("/goals/{goal_id}/results", response={201: ResultOut}, summary="Add a key result")
@needs(rights.GOALS)
@once()
def add_result(request: ApiRequest, goal_id: Id, given: ResultIn) -> KeyResult:
    return actions.add_result(request.viewer, goal_id, _result(given))


@router.patch("/goals/{goal_id}/results/{result_id}", response=ResultOut, summary="Change a target")
@needs(rights.GOALS)
def change_target(request: ApiRequest, goal_id: Id, result_id: Id, given: TargetIn) -> KeyResult:
    """The baseline stays frozen."""
    return actions.retarget(request.viewer, goal_id, result_id, given.target)


@router.delete("/goals/{goal_id}/results/{result_id}", response=Done, summary="Remove a key result")
@needs(rights.GOALS)
def remove_result(request: ApiRequest, goal_id: Id, result_id: Id) -> dict[str, bool]:
    actions.remove_result(request.viewer, goal_id, result_id)
    return {"done": True}


def _wish(given: GoalIn) -> Wish:
    return Wish(given.title, given.owner, given.first, given.last, given.community, given.segment)


def _result(given: ResultIn) -> Result:
    return Result(given.metric, given.target, given.aim, given.baseline)


def _goal(row: Objective) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "community": row.community_id,
        "segment": row.segment,
        "owner": row.owner_id,
        "first": row.first,
        "last": row.last,
        "closed_at": row.closed_at,
        "closing": row.closing,
        "results": list(row.results.all()),
    }


def _standing(request: ApiRequest, row: Objective, track: queries.Track) -> dict[str, Any]:
    found, seen = track.standing, track.standing.forecast
    lags = found.state in (rules.BEHIND, rules.MISSED)
    return {
        "result": track.row.pk,
        "state": found.state,
        "value": found.value,
        "pace": found.pace,
        "progress": found.progress,
        "gap": found.gap,
        "weeks_known": found.weeks_known,
        "forecast": seen and {name: getattr(seen, name) for name in ("value", "low", "high", "confidence")},
        "drivers": [_driver(one) for one in queries.drivers(row, track, request.viewer)] if lags else [],
    }


def _driver(one: rules.Branch) -> dict[str, Any]:
    parts = [_driver(part) for part in one.branches]
    return {"name": one.name, "expected": one.expected, "actual": one.actual, "gap": one.gap, "parts": parts}
