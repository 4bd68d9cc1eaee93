"""Which stages hold where, since when, and what do they show?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from weilu.communities.queries import newest
from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_community, holds, missing, visible_communities
from weilu.core.warehouse import questions
from weilu.core.warehouse.frame import day_start
from weilu.core.warehouse.measures import Stayed
from weilu.goals.growth import rules
from weilu.goals.growth.models import Plan

Question = dict[str, Any]
PATIENCE = 1.0
TICK = dt.timedelta(microseconds=1)
COUNTED = (metrics.PEOPLE, metrics.MESSAGES, metrics.EVENTS, metrics.VALUE)
"""Units that a stage can have: what is counted, no shares or durations."""


def access_place(viewer: Viewer, number: int | None, right: str = rights.VIEW) -> Community | None:
    """The community, or None for the brand, if seen and the right is held there; else `NotFound`."""
    if number is not None:
        return access_community(viewer, number, right)
    if not holds(viewer, right, None):
        raise missing()
    return None


def may(viewer: Viewer, place: Community | None) -> bool:
    """Whether the viewer may set stages and targets here."""
    return holds(viewer, rights.GOALS, place.pk if place else None)


# plans --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InForce:
    """Stages that hold. `plan` None: as delivered. `own` says that they are the community's, not those of the brand."""

    stages: tuple[rules.Stage, ...]
    plan: Plan | None
    own: bool


def in_force(place: Community | None, moment: dt.datetime | None = None) -> InForce:
    """Those at a moment, by default now: of a community its own, else the brand's. Before the first version of either that one holds
    too, since there was none in its place."""
    own, brand = versions(place) if place else [], versions(None)
    oldest = min((row.at for row in (*own, *brand)), default=None)
    if moment is not None and oldest is not None:
        moment = max(moment, oldest + TICK)
    for rows, mine in ((own, True), (brand, place is None)):
        held = next((row for row in rows if moment is None or row.at < moment), None)
        if held is not None and (stages := stages_of(held)):
            return InForce(stages, held, mine)
    return InForce(rules.USUAL, None, place is None)


def versions(place: Community | None) -> list[Plan]:
    """The newest first."""
    rows = Plan.objects.filter(community=place).select_related("by").prefetch_related("stages")
    return list(rows.order_by("-at", "-pk"))


def stages_of(plan: Plan) -> tuple[rules.Stage, ...]:
    """In their order; none where a community follows the brand again."""
    found = {
        row.slug: rules.Stage(row.slug, row.source, row.measure, row.rate, row.count)
        for row in plan.stages.all()
    }
    return tuple(found[slug] for slug in rules.STAGES if slug in found)


# figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A stage as it stands. `question` gives its number and opens the people or events behind it, `before` the number before;
    both None where it cannot be asked any more."""

    judged: rules.Judged
    question: Question | None
    before: Question | None


@dataclass(frozen=True, slots=True)
class Picture:
    """All five stages in a span."""

    place: Community | None
    timezone: str
    today: dt.date
    span: rules.Span
    span_before: rules.Span
    held: InForce
    rows: Sequence[Row]

    @property
    def gap(self) -> rules.Gap | None:
        return rules.widest([row.judged for row in self.rows])


def picture(viewer: Viewer, place: Community | None, span: rules.Span | None = None) -> Picture:
    """Over a span, by default the present month, or that of the newest event where it is older. Raises Unavailable."""
    zone = zone_of(place)
    today = clock.day_of(clock.now(), zone)
    span = span or usual_span(viewer, place, today)
    before = span.before(today)
    over = span.last < today
    held = in_force(place, clock.from_ms(day_start(span.last + rules.DAY, zone) * 1000) if over else None)
    asked = [
        question(stage, one, zone, place) for stage in held.stages for one in (span, before)
    ]  # fmt: skip
    answers = questions.ask_each(asked, viewer, seconds=PATIENCE)
    pairs = list(zip(answers[::2], answers[1::2], strict=True))
    figures = [
        rules.Figure(_value(now), _value(was), waits(stage))
        for stage, (now, was) in zip(held.stages, pairs, strict=True)
    ]
    rows = [
        Row(one, _pointed(now), _pointed(was))
        for one, (now, was) in zip(rules.judged(held.stages, figures, span, today), pairs, strict=True)
    ]
    return Picture(place, zone, today, span, before, held, rows)


def usual_span(viewer: Viewer, place: Community | None, today: dt.date) -> rules.Span:
    places = [place] if place else visible_communities(viewer)
    last = newest.day([one.pk for one in places], zone_of(place))
    return rules.month(min(last or today, today))


def question(stage: rules.Stage, span: rules.Span, zone: str, place: Community | None) -> Question:
    """What `weilu ask` and the API take for the stage's number."""
    found: Question = {
        "kind": "trend", **_subject(stage), "from": span.first.isoformat(), "to": span.last.isoformat(),
        "by": "period", "timezone": zone,
    }  # fmt: skip
    return found if place is None else {**found, "communities": [place.pk]}


def _subject(stage: rules.Stage) -> dict[str, str]:
    if stage.measure:
        return {"event": stage.source, "measure": stage.measure}
    return {"metric": stage.source}


def waits(stage: rules.Stage) -> int:
    """After how many days a day's figure is known."""
    found = None if stage.measure else metrics.find(stage.source)
    return found.measure.days if found and isinstance(found.measure, Stayed) else 0


def _value(answer: questions.Answer | None) -> rules.Number | None:
    return answer.rows[0][-1] if answer else None


def _pointed(answer: questions.Answer | None) -> Question | None:
    return {**answer.question, "point": {"at": answer.question["from"]}} if answer else None
