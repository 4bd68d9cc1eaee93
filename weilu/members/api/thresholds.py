"""When does somebody count as new, active, returning, dormant, churned? The numbers, and who would move by others."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, In, Whole
from weilu.core.directory.models import Community
from weilu.core.errors import WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_community, demand, visible_communities
from weilu.members import actions
from weilu.members.actions import PROBLEMS
from weilu.members.models import ThresholdVersion
from weilu.members.queries.preview import preview
from weilu.members.rules import lifecycle
from weilu.members.rules.lifecycle import Thresholds, Version, in_force
from weilu.members.thresholds import versions_of

router = Router(tags=["thresholds"])
Days = Annotated[int, Field(ge=1, le=3650)]


class LimitsIn(In):
    """Whole days. `churn_days` must be more than `new_days` and `active_days`."""

    new_days: Days = Field(examples=[7])
    active_days: Days = Field(examples=[14])
    pause_days: Days = Field(examples=[14])
    return_days: Days = Field(examples=[14])
    churn_days: Days = Field(examples=[60])


class LimitsOut(Schema):
    """`scope`: a community's id, 0 for the brand. `own`: the community has its own numbers and does not follow the brand's."""

    scope: int
    own: bool
    since: dt.datetime | None
    new_days: int
    active_days: int
    pause_days: int
    return_days: int
    churn_days: int


class MovingMember(Schema):
    member: int
    name: str


class MovingOut(Schema):
    """`members` names at most 200 of `count`."""

    was: str
    now: str
    count: int
    members: list[MovingMember]


class ThresholdsPreview(Schema):
    members: int
    moving: list[MovingOut]


@router.get("/thresholds", response=list[LimitsOut], summary="Thresholds in force")
@needs(rights.VIEW)
def list_thresholds(request: ApiRequest) -> list[dict[str, Any]]:
    """Of the brand (scope 0) and of each community that I see."""
    scopes = [0, *(row.pk for row in visible_communities(request.viewer))]
    versions = versions_of(scopes)
    return [_told(scope, versions[scope]) for scope in scopes]


@router.get("/thresholds/{scope}", response=LimitsOut, summary="Thresholds of one community or of the brand")
@needs(rights.VIEW)
def read_thresholds(request: ApiRequest, scope: Whole) -> dict[str, Any]:
    if scope:
        access_community(request.viewer, scope)
    return _told(scope, versions_of([scope])[scope])


@router.post("/thresholds/{scope}/preview", response=ThresholdsPreview, summary="Who would move?")
@needs(rights.VIEW)
def preview_thresholds(request: ApiRequest, scope: Whole, given: LimitsIn) -> dict[str, Any]:
    """Nothing is changed."""
    _reached(request.viewer, scope)
    found = preview(scope, _limits(given))
    return {
        "members": found.members,
        "moving": [
            {
                "was": one.was,
                "now": one.now,
                "count": one.count,
                "members": [{"member": who, "name": name} for who, name in one.members],
            }
            for one in found.moving
        ],
    }


@router.post("/thresholds/{scope}", response={201: LimitsOut}, summary="Change thresholds")
@needs(rights.VIEW)
@once()
def change_thresholds(request: ApiRequest, scope: Whole, given: LimitsIn) -> dict[str, Any]:
    """From now on; what was so far stays. Needs `communities.edit` there, for the brand `settings`."""
    community = _reached(request.viewer, scope)
    actions.change_thresholds(request.viewer, community, _limits(given))
    return _told(scope, versions_of([scope])[scope])


def _reached(viewer: Viewer, scope: int) -> Community | None:
    if scope:
        return access_community(viewer, scope, rights.EDIT_COMMUNITIES)
    demand(viewer, rights.SETTINGS)
    return None


def _limits(given: LimitsIn) -> Thresholds:
    limits = Thresholds(**given.dict())
    if problem := lifecycle.problem(limits):
        raise WeiluError(PROBLEMS[problem], field="body.churn_days")
    return limits


def _told(scope: int, versions: tuple[Version, ...]) -> dict[str, Any]:
    valid = in_force(versions, int(clock.now().timestamp()))
    return {
        **asdict(valid.thresholds),
        "scope": scope,
        "own": bool(valid.number) and _is_own(scope, valid.number),
        "since": clock.from_ms(valid.valid_from * 1000) if valid.number else None,
    }


def _is_own(scope: int, number: int) -> bool:
    rows = ThresholdVersion.objects.filter(pk=number)
    return (rows.filter(community_id=scope) if scope else rows.filter(community=None)).exists()
