"""Who am I here, and what may I do?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Router, Schema

from weilu.core.api.schemas import ApiRequest, In, Short
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.operators.actions import preferences
from weilu.core.operators.models import Operator

router = Router(tags=["account"])


class HeldOut(Schema):
    """A right, and the ids of the communities it is held for; null: for all, and for the installation."""

    right: str
    communities: list[int] | None


class MeOut(Schema):
    """`communities`: ids that I see, null for all. `scopes`: of the token in use, null for a session."""

    id: int
    email: str
    name: str
    created_at: dt.datetime
    communities: list[int] | None
    rights: list[HeldOut]
    scopes: list[str] | None


class MeIn(In):
    name: Short


@router.get("/me", response=MeOut, summary="Who am I?")
def read_me(request: ApiRequest) -> dict[str, Any]:
    """The account behind the token or session, with the rights that it holds by it."""
    return _told(request)


@router.patch("/me", response=MeOut, summary="Change my name")
def change_me(request: ApiRequest, change: MeIn) -> dict[str, Any]:
    preferences.rename(request.viewer, _operator(request.viewer), change.name)
    return _told(request)


def _told(request: ApiRequest) -> dict[str, Any]:
    row, viewer, scopes = _operator(request.viewer), request.viewer, request.caller.scopes
    seen = viewer.communities
    return {
        "id": row.pk,
        "email": row.email,
        "name": row.name,
        "created_at": row.created_at,
        "communities": None if seen is None else sorted(seen),
        "rights": [_held(viewer, right) for right in rights.RIGHTS if viewer.can(right)],
        "scopes": None if scopes is None else sorted(scopes),
    }


def _held(viewer: Viewer, right: str) -> dict[str, Any]:
    where = sorted(place for name, place in viewer.held if name == right)
    return {"right": right, "communities": None if 0 in where else where}


def _operator(viewer: Viewer) -> Operator:
    row = Operator.objects.filter(pk=viewer.operator_id or 0).first()
    if row is None:
        raise missing()
    return row
