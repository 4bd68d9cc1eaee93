"""Who works here, in which roles, for which communities?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In, Page, Paging, Short, Slug
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_community, access_operator
from weilu.core.operators.actions import passwords, team, two_factor
from weilu.core.operators.models import Grant, Operator

router = Router(tags=["operators"])


class RoleOut(Schema):
    """A role for one community, or for all where `community` is null."""

    role: str
    community: int | None


class RoleIn(In):
    """`community` must be said: null means all, also those to come."""

    role: Slug = Field(examples=["analyst"])
    community: Id | None


class OperatorOut(Schema):
    id: int
    email: str
    name: str
    created_at: dt.datetime
    last_login: dt.datetime | None
    disabled_at: dt.datetime | None
    roles: list[RoleOut]


class OperatorIn(In):
    email: str = Field(max_length=254, pattern=r"^[^\x00]*$", examples=["bea@example.com"])
    name: Short
    roles: list[RoleIn] = Field(max_length=100)


class RolesIn(In):
    roles: list[RoleIn] = Field(max_length=100)


class InvitedOut(Schema):
    """`link` lets the operator choose a password, once, until `expires_at`; it is shown this once. Nothing is sent."""

    operator: OperatorOut
    link: str
    expires_at: dt.datetime


class RoleKindOut(Schema):
    role: str
    label: str
    rights: list[str]


class RightOut(Schema):
    """Rights are also the scopes of tokens. `installation`: only a role for all communities gives it."""

    right: str
    label: str
    installation: bool


@router.get("/roles", response=list[RoleKindOut], summary="Roles and their rights")
def list_roles(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {"role": slug, "label": str(name), "rights": [right for right in rights.RIGHTS if right in held]}
        for slug, (name, held) in rights.ROLES.items()
    ]


@router.get("/rights", response=list[RightOut], summary="Rights, which are the scopes of tokens")
def list_rights(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {"right": right, "label": str(label), "installation": right in rights.INSTALLATION}
        for right, label in rights.RIGHTS.items()
    ]


@router.get("/operators", response=Page[OperatorOut], summary="Accounts")
@needs(rights.OPERATORS)
def list_operators(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """By id, the closed ones too: decisions and the audit trail name them."""
    rows = Operator.objects.prefetch_related("grants")
    return paging.by_id(rows, paged, "operators", _told)


@router.post("/operators", response={201: InvitedOut}, summary="Open an account")
@needs(rights.OPERATORS)
@once()
def create_operator(request: ApiRequest, given: OperatorIn) -> dict[str, Any]:
    row = team.add(request.viewer, given.email, given.name, _roles(request.viewer, given.roles))
    return _invited(request.viewer, row)


@router.get("/operators/{operator_id}", response=OperatorOut, summary="One account")
@needs(rights.OPERATORS)
def read_operator(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    return _told(access_operator(request.viewer, operator_id))


@router.put("/operators/{operator_id}/roles", response=OperatorOut, summary="Set the roles of an account")
@needs(rights.OPERATORS)
def set_roles(request: ApiRequest, operator_id: Id, given: RolesIn) -> dict[str, Any]:
    """Replaces all roles. The last owner cannot step down (409)."""
    row = access_operator(request.viewer, operator_id)
    team.set_roles(request.viewer, row, _roles(request.viewer, given.roles))
    return _told(row)


@router.post(
    "/operators/{operator_id}/link", response={201: InvitedOut}, summary="A new link to choose a password"
)
@needs(rights.OPERATORS)
@once()
def make_link(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    """The link before ends."""
    return _invited(request.viewer, access_operator(request.viewer, operator_id))


@router.post("/operators/{operator_id}/disable", response=OperatorOut, summary="Close an account")
@needs(rights.OPERATORS)
@once()
def disable_operator(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    """Sessions and tokens end at once. The last owner cannot be closed (409)."""
    row = access_operator(request.viewer, operator_id)
    team.disable(request.viewer, row)
    return _told(access_operator(request.viewer, operator_id))


@router.post("/operators/{operator_id}/enable", response=OperatorOut, summary="Open an account again")
@needs(rights.OPERATORS)
@once()
def enable_operator(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    row = access_operator(request.viewer, operator_id)
    team.enable(request.viewer, row)
    return _told(access_operator(request.viewer, operator_id))


@router.post("/operators/{operator_id}/two-factor/reset", response=OperatorOut, summary="Take two-factor off")
@needs(rights.OPERATORS)
@once()
def reset_two_factor(request: ApiRequest, operator_id: Id) -> dict[str, Any]:
    """For somebody who lost phone and recovery codes."""
    row = access_operator(request.viewer, operator_id)
    two_factor.reset(request.viewer, row)
    return _told(row)


def _roles(viewer: Viewer, given: list[RoleIn]) -> list[team.Role]:
    for one in given:
        if one.community is not None:
            access_community(viewer, one.community)
    return [team.Role(one.role, one.community) for one in given]


def _invited(viewer: Viewer, row: Operator) -> dict[str, Any]:
    secret = passwords.link(viewer, row)
    return {
        "operator": _told(row),
        "link": f"{settings.BASE_URL}{reverse('operators:link')}?key={secret}",
        "expires_at": row.invitations.latest("pk").expires_at,
    }


def _told(row: Operator) -> dict[str, Any]:
    grants: list[Grant] = sorted(row.grants.all(), key=lambda one: (one.role, one.pk))
    return {
        "id": row.pk,
        "email": row.email,
        "name": row.name,
        "created_at": row.created_at,
        "last_login": row.last_login,
        "disabled_at": row.disabled_at,
        "roles": [{"role": one.role, "community": one.community_id} for one in grants],
    }
