"""Which figures does the house know? A metric is a declaration; pages, API, goals and reports read this list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from weilu.core.warehouse.measures import Measure, only_rises

PEOPLE, MESSAGES, EVENTS = "people", "messages", "events"
PERCENT, SECONDS, RATIO = "percent", "seconds", "ratio"
VALUE = "value"
"""What events carry as their value: pieces, or the smallest parts of money."""
UNITS = (PEOPLE, MESSAGES, EVENTS, PERCENT, SECONDS, RATIO, VALUE)

UP, DOWN, NEITHER = "up", "down", "none"
BETTER = (UP, DOWN, NEITHER)

SUM, DISTINCT, LAST, ANEW = "sum", "distinct", "last", "anew"
TOTALS = (SUM, DISTINCT, LAST, ANEW)
"""Over a longer span: the sum of the buckets; each member once; the last bucket; computed anew from the span's own parts."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`better` is the direction that is good news. `definition` is exact and ends with the rule of time."""

    slug: str
    label: str | Promise
    definition: str | Promise
    unit: str
    measure: Measure
    better: str = UP
    total: str = SUM

    @property
    def behind(self) -> str:
        """`people` or `events`: what stands behind a value."""
        return self.measure.counts

    @property
    def rises(self) -> bool:
        """Whether the value of a bucket that still runs can only rise."""
        return self.total in (SUM, DISTINCT) and only_rises(self.measure)


_metrics: dict[str, Metric] = {}


def register(metrics: Iterable[Metric]) -> None:
    """Called once from `app.registry`; a slug declared twice with different content is an error of ours."""
    for metric in metrics:
        if metric.unit not in UNITS or metric.better not in BETTER or metric.total not in TOTALS:
            raise ValueError(f"metric {metric.slug} has an unknown unit, direction or total")
        if metric.slug in _metrics and _metrics[metric.slug] != metric:
            raise ValueError(f"metric {metric.slug} is declared twice")
        _metrics[metric.slug] = metric


def all_metrics() -> tuple[Metric, ...]:
    """In the order of their declaration."""
    return tuple(_metrics.values())


def find(slug: str) -> Metric | None:
    return _metrics.get(slug)


def label(slug: str) -> str:
    """What a metric is called; its slug where there is none (any more)."""
    found = find(slug)
    return str(found.label) if found else slug


def unit(slug: str) -> str:
    """Empty where there is none (any more)."""
    found = find(slug)
    return found.unit if found else ""


def rounded(value: float | None, of: str) -> float | None:
    """A value as pages show it: whole numbers of what is counted, else one digit behind the point."""
    if value is None:
        return None
    whole = of in (PEOPLE, MESSAGES, EVENTS, SECONDS, VALUE) and abs(value) >= 10
    return round(value) if whole else round(value, 1)
