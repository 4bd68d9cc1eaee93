"""Which programs may come in, with which key?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core.api import paging
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Done, Id, In, Page, Paging, Short, Slug
from weilu.core.errors import Forbidden
from weilu.core.operators.access import missing
from weilu.core.operators.actions import tokens
from weilu.core.operators.models import ApiToken, Operator

router = Router(tags=["tokens"])


class TokenOut(Schema):
    """`prefix` is the part of the token that may be shown, as in `weilu_1a2b3c4d_…`."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


class TokenMade(TokenOut):
    """`token` is shown this once and kept nowhere."""

    token: str


class TokenIn(In):
    """`scopes` are rights; a token cannot give another one more than it has itself. Without `days` it lasts until revoked."""

    name: Short
    scopes: list[Slug] = Field(min_length=1, max_length=50, examples=[["view"]])
    days: int | None = Field(None, ge=1, le=3650)


@router.get("/tokens", response=Page[TokenOut], summary="My tokens")
def list_tokens(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """Of my own account, newest first, with those that have ended."""
    rows = ApiToken.objects.filter(operator_id=request.viewer.operator_id or 0)
    return paging.by_id(rows, paged, "tokens", newest=True)


@router.post("/tokens", response={201: TokenMade}, summary="Make a token")
@once()
def create_token(request: ApiRequest, given: TokenIn) -> dict[str, Any]:
    own = request.caller.scopes
    if own is not None and not set(given.scopes) <= own:
        raise Forbidden(_("A token cannot give scopes that it lacks itself."), field="body.scopes")
    operator = Operator.objects.filter(pk=request.viewer.operator_id or 0).first()
    if operator is None:
        raise missing()
    lasts = dt.timedelta(days=given.days) if given.days else None
    made = tokens.create(request.viewer, operator, given.name, list(given.scopes), lasts)
    return {**{name: getattr(made.row, name) for name in TokenOut.model_fields}, "token": made.token}


@router.delete("/tokens/{token_id}", response=Done, summary="Revoke a token")
def revoke_token(request: ApiRequest, token_id: Id) -> dict[str, bool]:
    """One's own, or anybody's with the right `operators`."""
    tokens.revoke(request.viewer, token_id)
    return {"done": True}
