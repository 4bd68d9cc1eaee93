"""Which members are there? By id for programs that read them all, in any order for people, and as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from ninja import Query, Router, Schema

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, Id, Page, Paging, Short
from weilu.core.operators import rights
from weilu.core.operators.access import access_community
from weilu.members.api import asking
from weilu.members.exporting import as_csv
from weilu.members.queries.browse import Line, Wanted, browse
from weilu.members.queries.onward import mark_of, onward
from weilu.members.queries.table import Row

router = Router(tags=["members"])


class MemberLine(Schema):
    """`state` is the best over the communities that I see. `score` is that of influence, 0 to 100."""

    id: int
    name: str
    state: str
    tier: str
    score: int


class MemberRow(MemberLine):
    """`last`: the last interaction, null without one. `first`: first seen."""

    communities: int
    messages: int
    first: dt.datetime | None
    last: dt.datetime | None


class Wish(Paging):
    """`find`: a part of the name, or of that of one of the accounts. `visitors`: as in the table."""

    find: Short = ""
    community: Id | None = None
    state: asking.StateName | None = None
    tier: asking.TierName | None = None
    visitors: asking.Visitors | None = None


@router.get("/members", response=Page[MemberLine], summary="Members by id")
@needs(rights.VIEW)
def list_members(request: ApiRequest, wish: Query[Wish]) -> dict[str, Any]:
    """All that are or were members of communities that I see, ascending by id; a page costs the same wherever it stands."""
    if wish.community is not None:
        access_community(request.viewer, wish.community)
    of = paging.asked_of("members", wish)
    mark = paging.place(wish.cursor, of)
    wanted = Wanted(wish.find.strip(), wish.community, wish.state or "", wish.tier or "", wish.visitors or "")
    rows = browse(request.viewer, wanted, mark[0] if mark else 0, wish.limit + 1)
    found, following = paging.page(rows, wish.limit, of, _id)
    return {"items": found, "next": following}


@router.get("/members/table", response=Page[MemberRow], summary="Members in any order")
@needs(rights.VIEW)
def list_members_table(request: ApiRequest, asked: Query[asking.TablePage]) -> dict[str, Any]:
    """The members table of the console: every column can be sorted by, every day asked about. Reads all events, so it costs
    more than `/members`."""
    if asked.community is not None:
        access_community(request.viewer, asked.community)
    of = paging.question("table", **asking.question(asked))
    wanted, mark = asking.filter_of(asked), paging.place(asked.cursor, of)
    rows = onward(request.viewer, wanted, asking.moment(asked), mark, asked.limit + 1)
    found, following = paging.page(rows, asked.limit, of, lambda row: mark_of(row, wanted))
    return {"items": [_told(row) for row in found], "next": following}


@router.get(
    "/members/export",
    summary="Members as CSV",
    openapi_extra={
        "responses": {
            200: {
                "description": "CSV, UTF-8 with mark: id, name and the columns of the table.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
    },
)
@needs(rights.EXPORT_MEMBERS)
def export_members(request: ApiRequest, asked: Query[asking.Table]) -> HttpResponseBase:
    """All rows of the table, of communities for which the right is held. Who took how many rows stands in the audit trail."""
    if asked.community is not None:
        access_community(request.viewer, asked.community, rights.EXPORT_MEMBERS)
    return as_csv(request.viewer, asking.filter_of(asked), asking.moment(asked))


def _id(line: Line) -> list[int]:
    return [line.id]


def _told(row: Row) -> dict[str, Any]:
    plain = ("id", "name", "state", "tier", "score", "communities", "messages")
    return {
        **{name: getattr(row, name) for name in plain},
        "first": asking.at(row.first),
        "last": asking.at(row.last),
    }
