"""How healthy are communities, with the questions that lead from each part to its people?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weilu.communities import rules
from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

Number = int | float
MEMBERS, GROWTH = "members", "net_growth"
ASKED = {
    "growth": GROWTH,
    "activity": "daily_share",
    "conversation": "reply_rate",
    "retention": "day_7_retention",
    "silence": "silent_share",
}
"""Part of health → the metric behind it, over the last 28 days."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A community's health with what it was read from. `hrefs` lead from a part to its people."""

    health: rules.Health
    members: int
    values: Mapping[str, Number | None]
    """By metric."""
    hrefs: Mapping[str, str]


def read(viewer: Viewer, span: Span, communities: Sequence[int]) -> dict[int, Reading]:
    """Community → its health over the 28 days that end with the span; one round of questions for all communities."""
    days = span.lasting(rules.SPAN_DAYS)
    slugs = (MEMBERS, *ASKED.values())
    asked = [{**asking.trend(slug, days, communities), "breakdown": "community"} for slug in slugs]
    answers = questions.ask_many(asked, viewer, seconds=asking.PATIENCE)
    ids = ids_by_name(communities)
    found = {
        slug: {ids[row[1]]: row[2] for row in answer.rows}
        for slug, answer in zip(slugs, answers, strict=True)
    }
    return {one: _reading(one, days, {slug: found[slug].get(one) for slug in slugs}) for one in communities}


def ids_by_name(communities: Sequence[int]) -> dict[str, int]:
    """Community by the name that answers show: its own where it is the only one of that name, else the platform's id."""
    rows = list(Community.objects.filter(pk__in=communities))
    often = Counter(row.name for row in rows)
    return {
        row.name if row.name and often[row.name] == 1 else f"{row.platform}/{row.outside}": int(row.pk)
        for row in rows
    }


def _reading(community: int, days: Span, values: dict[str, Number | None]) -> Reading:
    members = int(values[MEMBERS] or 0)
    hrefs = {
        part: asking.behind(asking.trend(slug, days, [community]), at=days.first.isoformat())
        for part, slug in ASKED.items()
    }
    return Reading(rules.health(parts(values, members), members), members, values, hrefs)


def parts(values: Mapping[str, Number | None], members: int) -> dict[str, float | None]:
    """The value of each part as a share of one, from the values of the metrics."""
    growth = values[GROWTH]
    before = members - growth if growth is not None else 0
    found: dict[str, float | None] = {
        part: None if (value := values[slug]) is None else value / 100
        for part, slug in ASKED.items()
        if part != "growth"
    }
    found["growth"] = growth / before if growth is not None and before > 0 else None
    return found
