"""Which goals may somebody see, how do they stand, and what explains a gap?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.communities.queries.health import ids_by_name
from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, holds, missing, seen, visible_communities
from weilu.core.warehouse import questions
from weilu.core.warehouse.links import behind
from weilu.goals import rules
from weilu.goals.models import KeyResult, Objective
from weilu.members.segments import queries as of_segments
from weilu.members.segments.models import Segment
from weilu.members.segments.uses import User

Question = dict[str, Any]
PATIENCE = 1.0
HISTORY_WEEKS = 12
MOST_BRANCHES = 6
MOST_SEGMENTS = 12
WEIGHED = ("percent", "ratio", "seconds")
"""Units whose values do not add up: communities are weighed by their members."""


def may(viewer: Viewer, community: int | None) -> bool:
    """Whether the viewer may set goals here."""
    return holds(viewer, rights.GOALS, community)


def objectives(viewer: Viewer, *, closed: bool = False) -> QuerySet[Objective]:
    """Of communities that one sees, and of the brand for who sees all of it; the nearest deadline first."""
    rows = Objective.objects.filter(seen(viewer), closed_at__isnull=not closed).select_related(
        "community", "owner"
    )
    return rows.prefetch_related(Prefetch("results", KeyResult.objects.order_by("pk"))).order_by("last", "pk")


def access_objective(viewer: Viewer, number: int, *, change: bool = False) -> Objective:
    """The goal, if its scope is seen (and, to change it, the right held there); else `NotFound`."""
    row = next((rows.filter(pk=number).first() for rows in (objectives(viewer), objectives(viewer, closed=True))
                if rows.filter(pk=number).exists()), None)  # fmt: skip
    if row is None or (change and not may(viewer, row.community_id)):
        raise missing()
    return row


def narrowed(viewer: Viewer, segment: Segment) -> list[User]:
    """Open goals of those who are in a segment."""
    rows = objectives(viewer).filter(segment=segment.pk)
    return [User(one.title or str(_("A goal")), reverse("goals:page", args=[one.pk])) for one in rows]


# figures ------------------------------------------------------------------------------------------------------------


def today(objective: Objective, brand: str = "") -> dt.date:
    """The present day there; for a closed goal the day on which it was closed. `brand`: its zone, where it is known already."""
    return clock.day_of(objective.closed_at or clock.now(), zone_of(objective.community, brand))


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def trend(
    metric: str,
    first: dt.date,
    last: dt.date,
    by: str,
    community: Community | None,
    segment: int | None = None,
    brand: str = "",
) -> Question:
    """A metric over local days, both included; of a segment's members as of the last of them."""
    found: Question = {
        "kind": "trend", "metric": metric, "from": first.isoformat(), "to": last.isoformat(), "by": by,
        "timezone": zone_of(community, brand),
    }  # fmt: skip
    found |= {} if segment is None else {"segment": segment}
    return found if community is None else {**found, "communities": [community.pk]}


@dataclass(frozen=True, slots=True)
class Track:
    """A key result with how it stands. `weeks` are whole weeks (their Monday, value), `days` the days of a total, summed up."""

    row: KeyResult
    aim: rules.Aim
    standing: rules.Standing
    weeks: Sequence[tuple[dt.date, rules.Number | None]]
    sums: Sequence[tuple[dt.date, float]]
    href: str


def aim(row: KeyResult) -> rules.Aim:
    found = metrics.find(row.metric)
    objective = row.objective
    unit, less = (found.unit, found.better == metrics.DOWN) if found else ("", False)
    return rules.Aim(row.aim, objective.first, objective.last, row.baseline, row.target, unit, less)


def tracks(objectives: Sequence[Objective], viewer: Viewer) -> dict[int, Track]:
    """Key result → how it stands, in one round of questions. One whose figure cannot be asked any more is left out. Raises
    Unavailable."""
    rows = [(one, row) for one in objectives for row in one.results.all() if metrics.find(row.metric)]
    brand = brand_zone()
    asked = [question for one, row in rows for question in _asked(one, row, brand)]
    answers = iter(questions.ask_each(asked, viewer, seconds=PATIENCE))
    found: dict[int, Track] = {}
    for objective, row in rows:
        weekly, daily = next(answers), next(answers)
        if weekly is not None and daily is not None:
            found[row.pk] = _track(objective, row, weekly, daily, today(objective, brand))
    return found


def _asked(objective: Objective, row: KeyResult, brand: str) -> tuple[Question, Question]:
    """The weeks before and since, and the days of the goal that have begun."""
    last = min(today(objective, brand), objective.last)
    start = monday(objective.first) - HISTORY_WEEKS * rules.WEEK
    where = (objective.community, objective.segment, brand)
    weekly = trend(row.metric, start, max(last, start + rules.WEEK), "week", *where)
    daily = trend(row.metric, objective.first, max(last, objective.first), "day", *where)
    return weekly, daily


def _track(
    objective: Objective, row: KeyResult, weekly: questions.Answer, daily: questions.Answer, now: dt.date
) -> Track:
    found = [(dt.date.fromisoformat(at), value) for at, value in weekly.rows]
    # Nothing after the goal's last day is asked for, so a week that this day cuts never becomes whole.
    end = min(now, objective.last + dt.timedelta(days=1))
    whole = [(at, value) for at, value in found if at + rules.WEEK <= end]
    sums, total = [], 0.0
    for at, value in daily.rows:
        if dt.date.fromisoformat(at) <= now:
            total += value or 0
            sums.append((dt.date.fromisoformat(at), total))
    begun = now >= objective.first
    # The running day's events count, but the pace is that of days that are over.
    over = max(0, (min(now, objective.last + dt.timedelta(days=1)) - objective.first).days)
    week_over = (whole[-1][0] + rules.WEEK - objective.first).days if whole else 0
    goal = aim(row)
    standing = rules.standing(
        goal,
        [value for _at, value in whole],
        total if row.aim == rules.TOTAL and begun else None,
        over,
        min(max(0, week_over), over),
    )
    return Track(
        row, goal, standing, whole, sums, behind({**daily.question, "by": "period"}, at=daily.rows[0][0])
    )


def history(
    metric: str, first: dt.date, community: Community | None, viewer: Viewer, segment: int | None = None
) -> tuple[list[Any], int]:
    """Values of the whole weeks before a day, oldest first, and the log position at which they were read. Raises as `ask`, and
    Unavailable where the store lacks news: what is frozen must not be made of half of the facts."""
    until = monday(min(first, clock.day_of(clock.now(), zone_of(community)))) - dt.timedelta(days=1)
    asked = trend(
        metric, until - HISTORY_WEEKS * rules.WEEK + dt.timedelta(days=1), until, "week", community, segment
    )
    answer = questions.ask(asked, viewer)
    if answer.behind:
        raise Unavailable(_("Events are still on their way into the figures. Try again in a moment."))
    return [row[-1] for row in answer.rows], answer.position


# why ----------------------------------------------------------------------------------------------------------------


def drivers(objective: Objective, track: Track, viewer: Viewer) -> tuple[rules.Branch, ...]:
    """What explains the gap: communities (of the brand), and within the widest of them, or in one community, the sources it came
    from. Empty where there is no gap or it cannot be cut."""
    if not track.standing.gap or track.standing.value is None or track.standing.pace is None:
        return ()
    expected, actual = track.standing.pace, float(track.standing.value)
    if objective.community_id is not None:
        return _by_source(objective, track, objective.community, expected, actual, viewer)
    parts = _parts(objective, track, None, "community", viewer)
    if parts is None:
        return ()
    ids = ids_by_name([one.pk for one in visible_communities(viewer)])
    places = {one.pk: one for one in visible_communities(viewer)}
    found = []
    falls = track.aim.falls
    for at, one in enumerate(rules.drivers(expected, actual, *parts, falls=falls)):
        place = places.get(ids.get(one.name, 0))
        below = (
            _by_source(objective, track, place, one.expected, one.actual, viewer)
            if at < MOST_BRANCHES
            and place is not None
            and (one.gap < 0 if falls else one.gap > 0)
            and track.aim.unit not in WEIGHED
            else ()
        )
        found.append(rules.Branch(one.name, one.expected, one.actual, below if len(below) > 1 else ()))
    return tuple(found)


def by_segment(objective: Objective, track: Track, viewer: Viewer) -> tuple[rules.Branch, ...]:
    """The largest segments that the viewer sees, where the gap lies in them; in each who is in it at the end of either span. Raises
    Unavailable."""
    found = track.standing
    if (
        objective.segment is not None
        or track.aim.unit in WEIGHED
        or found.value is None
        or found.pace is None
    ):
        return ()
    known = of_segments.countable(viewer, of_segments.segments(viewer))
    rows = sorted(known, key=lambda one: (-one.size, one.pk))[:MOST_SEGMENTS]
    asked = [
        trend(track.row.metric, *span, objective.community, segment)
        for segment in (None, *(row.pk for row in rows))
        for span in _spans(objective, track)
    ]
    told = [
        None if one is None else _mean(one) for one in questions.ask_each(asked, viewer, seconds=PATIENCE)
    ]
    pairs = list(zip(told[::2], told[1::2], strict=True))
    parts = {
        row.name: (before, now)
        for row, (before, now) in zip(rows, pairs[1:], strict=True)
        if before is not None and now is not None
    }
    return rules.overlapping(found.pace, pairs[0][0] or 0, parts, falls=track.aim.falls)


def _mean(answer: questions.Answer) -> float:
    values = [float(value or 0) for _at, value in answer.rows]
    return sum(values) / len(values) if values else 0.0


def _by_source(
    objective: Objective,
    track: Track,
    place: Community | None,
    expected: float,
    actual: float,
    viewer: Viewer,
) -> tuple[rules.Branch, ...]:
    parts = _parts(objective, track, place, "source", viewer)
    return () if parts is None else rules.drivers(expected, actual, *parts, falls=track.aim.falls)


def _parts(
    objective: Objective, track: Track, place: Community | None, by: str, viewer: Viewer
) -> tuple[dict[str, float], dict[str, float]] | None:
    """What each part brought before the goal began and in the bucket that is judged."""
    asked = [
        trend(track.row.metric, *span, place, objective.segment) | {"breakdown": by}
        for span in _spans(objective, track)
    ]
    weighed = track.aim.unit in WEIGHED
    if weighed:
        asked += [
            trend("members", *span, place, objective.segment) | {"breakdown": by}
            for span in _spans(objective, track)
        ]
    try:
        answers = questions.ask_many(asked, viewer, seconds=PATIENCE)
    except Unavailable:
        raise
    except WeiluError:
        return None
    tables = [_means(answer) for answer in answers]
    if not weighed:
        return tables[0], tables[1]
    return _weighed(tables[0], tables[2]), _weighed(tables[1], tables[3])


def _spans(objective: Objective, track: Track) -> list[tuple[dt.date, dt.date, str]]:
    """Before and now: four weeks before the first day, and the last whole week or all since the first day."""
    start = monday(objective.first)
    before = (start - rules.BASELINE_WEEKS * rules.WEEK, start - dt.timedelta(days=1), "week")
    if track.aim.kind == rules.TOTAL:
        return [before, (objective.first, min(today(objective), objective.last), "period")]
    at = track.weeks[-1][0] if track.weeks else start
    return [before, (at, at + rules.WEEK - dt.timedelta(days=1), "week")]


def _means(answer: questions.Answer) -> dict[str, float]:
    """Part → the mean of its buckets that have a value."""
    found: dict[str, list[float]] = {}
    for _at, name, value in answer.rows:
        if value is not None:
            found.setdefault(str(name), []).append(float(value))
    return {name: sum(values) / len(values) for name, values in found.items()}


def _weighed(values: dict[str, float], members: dict[str, float]) -> dict[str, float]:
    total = sum(members.get(name, 0.0) for name in values)
    return {name: value * members.get(name, 0.0) / total for name, value in values.items()} if total else {}
