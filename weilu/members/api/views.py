"""Filters of the members table that an operator keeps under a name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from ninja import Router, Schema
from pydantic import Field

from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In
from weilu.core.operators import rights
from weilu.members import actions
from weilu.members.forms import filter_of
from weilu.members.models import SavedView
from weilu.members.queries.table import query_of

router = Router(tags=["members"])


class ViewOut(Schema):
    """`query`: the filter as the query of the console's address `/members/?…`."""

    id: int
    name: str
    query: str


class ViewIn(In):
    name: str = Field(min_length=1, max_length=60, pattern=NO_NUL, examples=["Quiet KOLs"])
    query: str = Field(max_length=1000, pattern=NO_NUL, examples=["tier=kol&state=dormant"])


@router.get("/member-views", response=list[ViewOut], summary="My saved views")
@needs(rights.VIEW)
def list_views(request: ApiRequest) -> list[Any]:
    return list(SavedView.objects.filter(operator_id=request.viewer.operator_id or 0).order_by("name"))


@router.post("/member-views", response={201: ViewOut}, summary="Keep a filter under a name")
@needs(rights.VIEW)
@once()
def save_view(request: ApiRequest, given: ViewIn) -> Any:
    """The same name again replaces it."""
    asked = filter_of(dict(parse_qsl(given.query)))
    return actions.save_view(request.viewer, given.name, urlencode(query_of(asked)))


@router.delete("/member-views/{view_id}", response=Done, summary="Forget a saved view")
@needs(rights.VIEW)
def remove_view(request: ApiRequest, view_id: Id) -> dict[str, bool]:
    actions.remove_view(request.viewer, view_id)
    return {"done": True}
