"""Which questions does a report put to the warehouse? The same that its numbers open by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core import metrics
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.evaluation.reports.shapes import Figure, Flow, Number, Slot
from weilu.evaluation.reports.weeks import Week

Question = dict[str, Any]

HEADLINES = (
    "members", "active_members", "messages", "interaction_rate", "net_growth", "new_speakers", "reply_rate",
    "first_reply", "silent_share", "day_7_retention",
)  # fmt: skip
"""Shown, in this order."""
FURTHER = ("joins", "leaves", "speakers")
"""Read for the findings."""
WEEK_LATE = frozenset({"day_7_retention"})
"""Known a week later: told for those who came in the week before."""
WEEKS_BEFORE = 4
BEST_HOURS = 5


@dataclass(frozen=True, slots=True)
class Where:
    """One community's week. `known` is a log position, None for all that is known."""

    community: int
    week: Week
    timezone: str
    known: int | None = None

    def span(self, first: Week, last: Week) -> Question:
        question: Question = {
            "communities": [self.community],
            "from": first.first.isoformat(),
            "to": last.last.isoformat(),
            "timezone": self.timezone,
        }
        if self.known is not None:
            question["known"] = self.known
        return question

    def trend(self, metric: str, week: Week, weeks: int = 1) -> Question:
        """A metric by week, for so many weeks that end with this one."""
        span = self.span(week.back(weeks - 1), week)
        return {"kind": "trend", "metric": metric, **span, "by": "week"}

    def said(self, member: int, first: Week, last: Week) -> Question:
        """What one member said in some weeks."""
        return {
            "kind": "trend",
            "metric": "messages",
            **self.span(first, last),
            "by": "period",
            "member": member,
        }

    def heatmap(self) -> Question:
        return {"kind": "heatmap", "metric": "speakers", **self.span(self.week, self.week)}

    def flow(self) -> Question:
        return {"kind": "flow", **self.span(self.week, self.week), "by": "week"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What the warehouse said, and how far it was."""

    figures: Mapping[str, Figure]
    heat: tuple[Slot, ...]
    flows: tuple[Flow, ...]
    position: int


def ask(where: Where, viewer: Viewer) -> Answers:
    """All questions in one round. Raises as `questions.ask`."""
    asked = [*HEADLINES, *FURTHER]
    trends = [where.trend(slug, _week_of(slug, where.week), WEEKS_BEFORE + 1) for slug in asked]
    answers = questions.ask_many([*trends, where.heatmap(), where.flow()], viewer)
    figures = {slug: _figure(slug, where, answer) for slug, answer in zip(asked, answers, strict=False)}
    return Answers(
        figures,
        _heat(where, answers[-2], figures["speakers"].value),
        _flows(where, answers[-1]),
        answers[-1].position,
    )


def newly_dormant(flows: Sequence[Flow], viewer: Viewer) -> tuple[int, ...]:
    """Members who went from taking part to dormant within the week."""
    found: list[int] = []
    for flow in flows:
        if flow.after == "dormant" and flow.before in ("active", "returning"):
            found += questions.behind(flow.question, viewer).ids
    return tuple(sorted(found))


def best_hours(heat: Sequence[Slot]) -> tuple[Slot, ...]:
    """The hours in which most members spoke."""
    return tuple(sorted(heat, key=lambda slot: (-slot.people, slot.weekday, slot.hour))[:BEST_HOURS])


def _week_of(slug: str, week: Week) -> Week:
    return week.back(1) if slug in WEEK_LATE else week


def _figure(slug: str, where: Where, answer: questions.Answer) -> Figure:
    metric = metrics.find(slug)
    assert metric is not None
    values: list[Number | None] = [row[-1] for row in answer.rows]
    week = _week_of(slug, where.week)
    known = [value for value in values[:-1] if value is not None]
    return Figure(
        metric=slug,
        label=_("%(label)s (came the week before)") % {"label": metric.label}
        if slug in WEEK_LATE
        else str(metric.label),
        unit=metric.unit,
        better=metric.better,
        value=values[-1],
        before=values[-2],
        mean=round(sum(known) / len(known), 4) if known else None,
        weeks=len(known),
        question=_opening(where, slug, week),
        question_before=_opening(where, slug, week.back(1)),
    )


def _opening(where: Where, slug: str, week: Week) -> Question:
    return {**where.trend(slug, week), "point": {"at": week.first.isoformat()}}


def _heat(where: Where, answer: questions.Answer, speakers: Number | None) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            weekday, hour, people, people / speakers if speakers else 0.0,
            {**where.heatmap(), "point": {"weekday": weekday, "hour": hour}},
        )
        for weekday, hour, people in answer.rows
        if people
    )  # fmt: skip


def _flows(where: Where, answer: questions.Answer) -> tuple[Flow, ...]:
    found = [
        Flow(
            before, after, members,
            {**where.flow(), "point": {"at": at, "from_state": before, "to_state": after}},
        )
        for at, before, after, members in answer.rows
        if before != after and members
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda flow: (-flow.members, flow.before, flow.after)))
