"""Which figures stand on a page, with their change against the days before, their past and their people?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core import metrics
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

Number = int | float
HEADLINES = ("active_members", "interaction_rate", "net_growth", "day_7_retention", "first_reply")
SIGNED = frozenset({"net_growth"})
"""Written with a plus where they rise."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure card, as the console's `{% figure %}` shows it."""

    slug: str
    label: str
    unit: str
    value: Number | None
    before: Number | None
    better: str
    definition: str
    href: str
    before_href: str
    spark: list[Number | None]
    signed: bool = False


def headlines(
    viewer: Viewer, span: Span, communities: Sequence[int] | None, slugs: Sequence[str] = HEADLINES
) -> list[Figure]:
    """The figures of a span, each with the span before and its days; one round of questions for all."""
    before = span.before()
    asked = [
        (
            asking.trend(slug, span, communities),
            asking.trend(slug, before, communities),
            asking.trend(slug, span, communities, asking.WEEK if span.days > 40 else asking.DAY),
        )
        for slug in slugs
    ]
    answers = questions.ask_many([one for three in asked for one in three], viewer, seconds=asking.PATIENCE)
    return [
        _figure(slug, three, answers[at * 3 : at * 3 + 3])
        for at, (slug, three) in enumerate(zip(slugs, asked, strict=True))
    ]


def _figure(slug: str, asked: Sequence[asking.Question], answers: Sequence[questions.Answer]) -> Figure:
    metric = metrics.find(slug)
    assert metric is not None
    now, before, daily = (values(answer) for answer in answers)
    return Figure(
        slug=slug,
        label=str(metric.label),
        unit=metric.unit,
        value=now[0] if now else None,
        before=before[0] if before else None,
        better=metric.better,
        definition=str(metric.definition),
        href=asking.behind(asked[0], at=answers[0].rows[0][0]) if now else "",
        before_href=asking.behind(asked[1], at=answers[1].rows[0][0]) if before and before[0] else "",
        spark=daily,
        signed=slug in SIGNED,
    )


def values(answer: Any) -> list[Number | None]:
    """The last column of a trend."""
    return [row[-1] for row in answer.rows]
