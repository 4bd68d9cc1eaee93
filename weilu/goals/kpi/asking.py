"""Which questions does a score put to the warehouse? The same that its figures open by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weilu.communities.queries.health import ids_by_name
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.links import behind

Number = int | float
Question = dict[str, Any]
WEEK = dt.timedelta(days=7)
SHOWN_WEEKS, YOUNG = 13, 13
WEEKS = SHOWN_WEEKS + YOUNG - 1
"""Each week shown has 13 weeks behind it, by which its stage is suggested."""
PATIENCE = 1.0
LATE = frozenset({"first_message_rate", "day_7_retention"})
"""Known a week later: told for those who came in the week before."""
PLAIN = ("members", "active_members")
ASKED = (
    "net_growth", "new_speakers", "joins", "daily_share", "interaction_rate", "reply_rate", "first_message_rate", "buyers",
    "tier_lurker", "day_7_retention", "state_active", "leaves",
)  # fmt: skip
"""Metrics of the catalogue, one a part."""


def last_week(span: Span) -> dt.date:
    """The Monday of the last week that is over: by the day the page looks at, which itself counts where it is past."""
    end = span.last + dt.timedelta(days=1) if span.as_of or span.quiet else span.last
    return end - dt.timedelta(days=end.weekday()) - WEEK


@dataclass(frozen=True, slots=True)
class Weekly:
    """Figures of one community by week, the newest last. `first` is the Monday of the first."""

    community: int
    timezone: str
    first: dt.date
    figures: Mapping[str, Sequence[Number | None]]

    @property
    def weeks(self) -> list[dt.date]:
        return [self.first + at * WEEK for at in range(WEEKS)]


def read(
    viewer: Viewer, monday: dt.date, communities: Sequence[Community], span: Span | None = None
) -> list[Weekly]:
    """25 weeks that end with the one that begins on this Monday; one round of questions for all communities of a zone. Raises
    Unavailable."""
    zones: dict[str, list[Community]] = defaultdict(list)
    brand = brand_zone()
    for one in communities:
        zones[one.timezone or brand].append(one)
    found = [one for zone, rows in zones.items() for one in _of_zone(viewer, monday, zone, rows, span)]
    order = {one.pk: at for at, one in enumerate(communities)}
    return sorted(found, key=lambda one: order[one.community])


def _of_zone(
    viewer: Viewer, monday: dt.date, zone: str, rows: Sequence[Community], span: Span | None
) -> list[Weekly]:
    first, ids = monday - (WEEKS - 1) * WEEK, [one.pk for one in rows]
    slugs = (*PLAIN, *ASKED)
    asked = [
        trend(slug, first - WEEK if slug in LATE else first, WEEKS, zone, ids, span)
        | {"breakdown": "community"}
        for slug in slugs
    ]
    named = ids_by_name(ids)
    tables: dict[int, dict[str, list[Number | None]]] = {one: {} for one in ids}
    for slug, answer in zip(slugs, questions.ask_many(asked, viewer, seconds=PATIENCE), strict=True):
        for _at, name, value in answer.rows:
            if name in named:
                tables[named[name]].setdefault(slug, []).append(value)
    return [Weekly(one, zone, first, tables[one]) for one in ids]


def trend(
    metric: str, first: dt.date, weeks: int, zone: str, communities: Sequence[int], span: Span | None = None
) -> Question:
    """A metric by week, for so many weeks from this Monday on."""
    last = first + weeks * WEEK - dt.timedelta(days=1)
    found: Question = {
        "kind": "trend", "metric": metric, "from": first.isoformat(), "to": last.isoformat(), "by": "week",
        "timezone": zone, "communities": list(communities),
    }  # fmt: skip
    if span is not None and span.as_of:
        found["as_of"] = span.as_of.isoformat()
    if span is not None and span.known:
        found["known"] = span.known.isoformat()
    return found


def opening(weekly: Weekly, slug: str, monday: dt.date, span: Span | None = None) -> str:
    """The address of the people or events behind a part's figure in a week."""
    first = monday - WEEK if slug in LATE else monday
    asked = trend(slug, first, 1, weekly.timezone, [weekly.community], span)
    return behind(asked, at=first.isoformat())


# beside the score ---------------------------------------------------------------------------------------------------

ASKED_WILLING, ASKED_PLEASED = "nps.answered", "satisfaction.rated"
"""Events of surveys, by SDK or API: the value is 0 to 10, and 1 to 5."""
DAYS_ASKED = 90


@dataclass(frozen=True, slots=True)
class Survey:
    """How many answered and what follows: NPS (−100 … 100), or the share (percent) who gave four or five of five. The address opens
    those who answered."""

    slug: str
    answered: int
    value: float
    href: str


def surveys(viewer: Viewer, community: Community) -> list[Survey]:
    """What members said when asked in the last 90 days; empty where nobody was. It is shown beside the score and never in it."""
    found = []
    for slug, event, high, low in (
        ("nps", ASKED_WILLING, {"gte": 9}, {"lte": 6}),
        ("pleased", ASKED_PLEASED, {"gte": 4}, None),
    ):
        answered, liked, disliked = (
            _who(viewer, community, event, value) for value in (None, high, low or {"lt": 0})
        )
        if answered:
            value = 100 * (liked - (disliked if low else 0)) / answered
            found.append(Survey(slug, answered, value, behind(_did(community, event, None))))
    return found


def _did(community: Community, event: str, value: dict[str, int] | None) -> Question:
    leaf: dict[str, Any] = {"did": event, "within": f"{DAYS_ASKED}d"}
    if value is not None:
        leaf["where"] = {"value": value}
    # Surveys come by SDK, from a source of its own: asked of the members of this community, wherever they answered.
    return {"kind": "segment", "rule": {"and": [{"member_of": [community.pk]}, leaf]}}


def _who(viewer: Viewer, community: Community, event: str, value: dict[str, int] | None) -> int:
    try:
        return int(questions.ask(_did(community, event, value), viewer, seconds=PATIENCE).rows[0][0])
    except Unavailable:
        raise
    except WeiluError:  # no such event has ever come in
        return 0
