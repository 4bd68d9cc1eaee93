"""How did each community do, week by week, and by which weights and stage was that judged?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weilu.communities.queries import newest
from weilu.communities.spans import Asked, Span, span
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, holds
from weilu.core.warehouse.frame import day_start
from weilu.goals.kpi import asking, rules
from weilu.goals.kpi.asking import WEEK, Weekly
from weilu.goals.kpi.models import CommunityStage, StageWeights

BEFORE = ("net_growth", "joins", "leaves")
"""Counted against the members that there were before the week."""
NOW = ("new_speakers", "buyers", "tier_lurker", "state_active")
"""Counted against the members at its end; all else is a share already."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a community: the score, the stage it was judged by, whether an operator had set that, and what was suggested."""

    monday: dt.date
    stage: str
    by_hand: bool
    suggestion: rules.Suggestion
    members: int
    score: rules.Score


@dataclass(frozen=True, slots=True)
class Track:
    """A community week by week, the newest last."""

    community: Community
    weekly: Weekly
    weeks: Sequence[Week]

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def change(self) -> int | None:
        """Against the week before."""
        if len(self.weeks) < 2 or self.now.score.score is None or self.weeks[-2].score.score is None:
            return None
        return self.now.score.score - self.weeks[-2].score.score


Book = Mapping[str, Sequence[tuple[dt.datetime, rules.Weights]]]
"""Stage → its weights with the moment from which they hold, the oldest first."""


def tracks(
    viewer: Viewer,
    communities: Sequence[Community],
    at: Span,
    *,
    weights: Mapping[str, rules.Weights] | None = None,
) -> list[Track]:
    """Every community with its weeks up to the last that is over. `weights` replaces those in force. Raises Unavailable."""
    if not communities:
        return []
    monday = asking.last_week(at)
    rows = {one.pk: one for one in communities}
    book, said = weight_book(), stages_said(list(rows))
    past = at.as_of is not None and not at.quiet
    found = []
    for weekly in asking.read(viewer, monday, communities, at):
        judge = _Judge(weekly, book, said[weekly.community], weights or {}, past)
        weeks = [judge.week(place) for place in range(asking.YOUNG - 1, asking.WEEKS)]
        found.append(Track(rows[weekly.community], weekly, weeks))
    return found


def ranked(found: Sequence[Track]) -> list[Track]:
    """The best first; those without a score last, by name."""
    return sorted(
        found,
        key=lambda one: (
            -(one.now.score.score if one.now.score.score is not None else -1),
            str(one.community),
        ),
    )


def present(communities: Sequence[Community]) -> Span:
    """The span whose last finished week is shown where no page says another: up to today, or to the newest event of all."""
    zone = zone_of(communities[0]) if len(communities) == 1 else brand_zone()
    today = clock.day_of(clock.now(), zone)
    return span(Asked(), today, newest.day([one.pk for one in communities], zone), zone)


def weight_book() -> Book:
    """All weights that ever held."""
    found: dict[str, list[tuple[dt.datetime, rules.Weights]]] = {stage: [] for stage in rules.STAGES}
    for row in StageWeights.objects.order_by("at", "pk"):
        found.setdefault(row.stage, []).append(
            (row.at, {group: getattr(row, group) for group in rules.GROUPS})
        )
    return found


def weights_at(book: Book, stage: str, moment: dt.datetime | None = None) -> rules.Weights:
    """Those in force at a moment, by default now; before the first change the usual ones."""
    held = [weights for at, weights in book.get(stage, ()) if moment is None or at < moment]
    return held[-1] if held else rules.USUAL[stage]


def versions(stage: str) -> list[StageWeights]:
    """The newest first."""
    return list(StageWeights.objects.filter(stage=stage).select_related("by").order_by("-at", "-pk"))


def stages_said(communities: Sequence[int]) -> dict[int, list[tuple[dt.datetime, str]]]:
    """Community → the stages that operators said, with their moments, the oldest first; an empty one took it back."""
    found: dict[int, list[tuple[dt.datetime, str]]] = {one: [] for one in communities}
    for row in CommunityStage.objects.filter(community__in=list(communities)).order_by("at", "pk"):
        found[row.community_id].append((row.at, row.stage))
    return found


def may_weigh(viewer: Viewer) -> bool:
    """Whether the viewer may change the weights, which hold for the whole brand."""
    return holds(viewer, rights.GOALS, None)


@dataclass(frozen=True, slots=True)
class _Judge:
    """What weeks of one community are judged by. `past`: a day of the past is looked at."""

    weekly: Weekly
    book: Book
    said: Sequence[tuple[dt.datetime, str]]
    instead: Mapping[str, rules.Weights]
    past: bool

    def week(self, place: int) -> Week:
        weekly = self.weekly
        monday, figures = weekly.first + place * WEEK, weekly.figures
        begin = max(0, place + 1 - asking.YOUNG)
        lines = [list(figures.get(slug, ()))[begin : place + 1] for slug in asking.PLAIN]
        suggestion = rules.suggest(*lines)
        until = self._until(place)
        held = [stage for at, stage in self.said if until is None or at < until]
        by_hand = bool(held and held[-1])
        stage = held[-1] if by_hand else suggestion.stage
        weights = self.instead.get(stage) or weights_at(self.book, stage, until)
        members = int(_at(figures, "members", place) or 0)
        return Week(
            monday, stage, by_hand, suggestion, members, rules.score(values(figures, place), members, weights)
        )

    def _until(self, place: int) -> dt.datetime | None:
        """What was said by then counts for the week: within the week after it, when it is looked at. None: all that was said."""
        if place == asking.WEEKS - 1 and not self.past:
            return None
        monday = self.weekly.first + (place + 2) * WEEK
        return clock.from_ms(day_start(monday, self.weekly.timezone) * 1000)


def values(figures: Mapping[str, Sequence[asking.Number | None]], place: int) -> dict[str, float | None]:
    """Part → its value as a share of one, in the week at this place."""
    members = _at(figures, "members", place) or 0
    before = members - (_at(figures, "net_growth", place) or 0)
    found: dict[str, float | None] = {}
    for slug in asking.ASKED:
        value = _at(figures, slug, place)
        if slug in BEFORE or slug in NOW:
            base = before if slug in BEFORE else members
            found[slug] = value / base if value is not None and base > 0 else None
        else:
            found[slug] = None if value is None else value / 100
    # Who never sold anything here is not judged by its buyers.
    if not any(figures.get("buyers", ())):
        found["buyers"] = None
    # Where nobody stands on the lowest step, the pyramid was not worked out for that week.
    if not found["tier_lurker"]:
        found["tier_lurker"] = None
    return found


def _at(figures: Mapping[str, Sequence[asking.Number | None]], slug: str, place: int) -> asking.Number | None:
    line = figures.get(slug, ())
    return line[place] if place < len(line) else None
