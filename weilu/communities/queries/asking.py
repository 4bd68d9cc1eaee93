"""How does a page put a question, and where does a number of the answer lead?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from weilu.communities.spans import Span
from weilu.core.warehouse.links import behind

__all__ = ["behind", "flow", "heatmap", "retention", "trend"]

Question = dict[str, Any]
DAY, WEEK, PERIOD = "day", "week", "period"
PATIENCE = 1.0
"""Seconds that a page waits for the newest events; during a large import it shows what is in."""


def trend(metric: str, span: Span, communities: Sequence[int] | None, by: str = PERIOD) -> Question:
    """A metric over the span, by day, week or as one figure. `communities` None: all that the reader sees."""
    return {"kind": "trend", "metric": metric, **_where(span, communities), "by": by}


def heatmap(event: str, span: Span, communities: Sequence[int] | None) -> Question:
    """Events of a kind by weekday and hour."""
    return {"kind": "heatmap", "event": event, **_where(span, communities)}


def retention(start: str, back: str, periods: int, span: Span, communities: Sequence[int] | None) -> Question:
    """Weekly cohorts by their first `start`, and who did `back` in the weeks after."""
    return {
        "kind": "retention",
        "start": start,
        "return": back,
        "period": WEEK,
        "periods": periods,
        **_where(span, communities),
    }


def flow(span: Span, communities: Sequence[int] | None, by: str = PERIOD) -> Question:
    """Who moved from which state to which, within each bucket."""
    return {"kind": "flow", **_where(span, communities), "by": by}


def _where(span: Span, communities: Sequence[int] | None) -> Question:
    where: Question = {"from": span.first.isoformat(), "to": span.last.isoformat(), "timezone": span.timezone}
    if communities is not None:
        where["communities"] = list(communities)
    if span.as_of:
        where["as_of"] = span.as_of.isoformat()
    if span.known:
        where["known"] = span.known.isoformat()
    return where
