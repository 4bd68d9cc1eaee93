"""Who moved from which state to which?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, Id, Page, Paging
from weilu.core.directory.queries import brand_zone
from weilu.core.operators import rights
from weilu.core.operators.access import access_community
from weilu.members import when
from weilu.members.queries.moves import Moved
from weilu.members.queries.moves import moves as moves_between
from weilu.members.queries.names import names
from weilu.members.queries.table import scopes_of

router = Router(tags=["members"])
Move = Literal["new", "active", "returning", "dormant", "churned", "none"]


class MoveOut(Schema):
    """`community` is null for the whole person. `was` is empty at the beginning, `now` where they left. `rule` and `thresholds`
    are the versions it was concluded by."""

    member: int
    name: str
    community: int | None
    at: dt.datetime
    was: str
    now: str
    rule: int
    thresholds: int


class Wish(Paging):
    """Days in the brand's zone, both included; default: the last 28. `was` and `now`: only such moves; `none` stands for not
    being a member."""

    community: Id | None = None
    since: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    until: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    was: Move | None = None
    now: Move | None = None


@router.get("/moves", response=Page[MoveOut], summary="Moves between states")
@needs(rights.VIEW)
def list_moves(request: ApiRequest, wish: Query[Wish]) -> dict[str, Any]:
    """Oldest first."""
    viewer = request.viewer
    if wish.community is not None:
        access_community(viewer, wish.community)
    begin, end, days = _edges(wish)
    of = paging.question("moves", community=wish.community, was=wish.was, now=wish.now, days=days)
    mark = paging.place(wish.cursor, of)
    scopes = scopes_of(viewer, wish.community)
    found = moves_between(viewer, begin, end, scopes=scopes, was=_state(wish.was), now=_state(wish.now))
    rows = [one for one in found if mark is None or _mark(one) > mark]
    shown, following = paging.page(rows[: wish.limit + 1], wish.limit, of, _mark)
    called = names([one.member for one in shown])
    return {"items": [_told(one, called) for one in shown], "next": following}


def _edges(wish: Wish) -> tuple[dt.datetime, dt.datetime, str]:
    zone = brand_zone()
    until = wish.until or clock.day_of(clock.now(), zone)
    since = wish.since or max(when.FIRST_DAY, until - dt.timedelta(days=27))
    begin, end = when.start_of(since, zone), when.start_of(until + dt.timedelta(days=1), zone)
    end = min(end, int(clock.now().timestamp()) + 1)
    return clock.from_ms(begin * 1000), clock.from_ms(end * 1000), f"{since}/{until}"


def _state(word: str | None) -> str | None:
    return "" if word == "none" else word


def _mark(one: Moved) -> list[int]:
    return [int(one.at.timestamp()), one.scope, one.member]


def _told(one: Moved, called: dict[int, str]) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("member", "at", "was", "now", "rule", "thresholds")}
    return {**plain, "name": called[one.member], "community": one.scope or None}
