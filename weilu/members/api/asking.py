"""Which words do the members' addresses share: states, tiers, and the moment that is asked about?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from weilu.core import clock
from weilu.core.api.schemas import Id, Paging, Short
from weilu.members import when
from weilu.members.queries.table import Filter

StateName = Literal["new", "active", "returning", "dormant", "churned"]
TierName = Literal["kol", "koc", "participant", "lurker"]
Tab = Literal["all", "deeds", "messages", "reactions", "presence", "states", "other"]
Visitors = Literal["with", "without", "only"]
Sort = Literal["name", "state", "tier", "score", "communities", "messages", "first", "last"]


class Moment(Schema):
    """`as_of`: as it stood at the end of this day. `known`: only with what was known at the end of this day. Days in the
    brand's zone, from 1970-01-02 to 2105-12-30."""

    as_of: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    known: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)


class Table(Moment):
    """The filters of the members table. Days are whole, both ends are included. `visitors`: people whom nobody knows, beside the
    members, left out, or alone; unsaid, a source of SDKs is shown with them, a chat and all together without."""

    find: Short = ""
    community: Id | None = None
    state: StateName | None = None
    tier: TierName | None = None
    visitors: Visitors | None = None
    last_from: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    last_to: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    first_from: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    first_to: dt.date | None = Field(None, ge=when.FIRST_DAY, le=when.LAST_DAY)
    sort: Sort = "last"
    order: Literal["up", "down"] = "down"


class TablePage(Table, Paging):
    pass


def moment(asked: Moment) -> when.When:
    days = {"as_of": asked.as_of, "known": asked.known}
    return when.asked({name: day.isoformat() for name, day in days.items() if day})


def filter_of(asked: Table) -> Filter:
    return Filter(
        words=asked.find.strip(),
        community=asked.community,
        state=asked.state or "",
        tier=asked.tier or "",
        visitors=asked.visitors or "",
        last_from=asked.last_from,
        last_to=asked.last_to,
        first_from=asked.first_from,
        first_to=asked.first_to,
        sort=asked.sort,
        descending=asked.order == "down",
    )


def question(asked: Table) -> dict[str, Any]:
    """All that is asked beside the page, for the cursor."""
    kept = asked.dict(exclude={"limit", "cursor"})
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in kept.items()}


def at(seconds: int) -> dt.datetime | None:
    """Seconds since 1970 as a moment; None for 0, which stands for never."""
    return clock.from_ms(seconds * 1000) if seconds else None
