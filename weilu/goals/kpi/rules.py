"""How good was a community's week for a community of its stage, and at which stage is it?

A figure becomes 0 … 100 points along a curve of a few points, straight between them. Figures stand in four groups; a group weighs
what the stage gives it, a figure its share of the group. What cannot be known falls out with its weight. No figure weighs more than
half of the score, whatever else is missing: what is beyond goes to the others. Fewer than three known groups, or fewer than five
members, give no score.

The curves are ours; docs/how-to/kpi.md tells operators the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Number = int | float
Curve = tuple[tuple[float, float], ...]

GROWTH, ACTIVITY, CONVERSION, RETENTION = "growth", "activity", "conversion", "retention"
GROUPS = (GROWTH, ACTIVITY, CONVERSION, RETENTION)
START, GROWING, MATURE, ADJUSTING = "start", "growing", "mature", "adjusting"
STAGES = (START, GROWING, MATURE, ADJUSTING)
Weights = Mapping[str, int]
"""Group → hundredths, 100 together."""

USUAL: Mapping[str, Weights] = {
    START: {GROWTH: 40, ACTIVITY: 30, CONVERSION: 15, RETENTION: 15},
    GROWING: {GROWTH: 25, ACTIVITY: 40, CONVERSION: 15, RETENTION: 20},
    MATURE: {GROWTH: 10, ACTIVITY: 20, CONVERSION: 35, RETENTION: 35},
    ADJUSTING: {GROWTH: 10, ACTIVITY: 30, CONVERSION: 15, RETENTION: 45},
}
LEAST_GROUPS, LEAST_MEMBERS = 3, 5
MOST_SHARE = 0.5
GOOD, FAIR = 70, 45


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a group: its weight there (hundredths), and how its value becomes points."""

    slug: str
    group: str
    weight: int
    curve: Curve


PARTS = (
    Part("net_growth", GROWTH, 40, ((-0.02, 0), (0.0, 50), (0.02, 100))),
    Part("new_speakers", GROWTH, 40, ((0.0, 0), (0.005, 50), (0.02, 100))),
    Part("joins", GROWTH, 20, ((0.0, 0), (0.01, 50), (0.04, 100))),
    Part("daily_share", ACTIVITY, 40, ((0.0, 0), (0.05, 35), (0.20, 100))),
    Part("interaction_rate", ACTIVITY, 30, ((0.0, 0), (0.10, 40), (0.35, 100))),
    Part("reply_rate", ACTIVITY, 30, ((0.0, 0), (0.10, 40), (0.35, 100))),
    Part("first_message_rate", CONVERSION, 35, ((0.0, 0), (0.20, 50), (0.50, 100))),
    Part("buyers", CONVERSION, 35, ((0.0, 0), (0.02, 50), (0.08, 100))),
    Part("tier_lurker", CONVERSION, 30, ((0.40, 100), (0.80, 40), (1.0, 0))),
    Part("day_7_retention", RETENTION, 40, ((0.0, 0), (0.10, 50), (0.30, 100))),
    Part("state_active", RETENTION, 30, ((0.0, 0), (0.20, 45), (0.50, 100))),
    Part("leaves", RETENTION, 30, ((0.0, 100), (0.01, 60), (0.03, 0))),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A part with its value, its points, and the share of the score that it makes (of one); None where nothing is known."""

    part: Part
    value: float | None
    points: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Group:
    slug: str
    weight: int
    points: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """`score` None: too little is known."""

    score: int | None
    groups: tuple[Group, ...]
    parts: tuple[Scored, ...]

    @property
    def grade(self) -> str:
        """good, fair, poor, or unknown."""
        if self.score is None:
            return "unknown"
        return "good" if self.score >= GOOD else "fair" if self.score >= FAIR else "poor"

    def of(self, group: str) -> tuple[Scored, ...]:
        return tuple(one for one in self.parts if one.part.group == group)


def score(values: Mapping[str, float | None], members: int, weights: Weights) -> Score:
    """From a value for each part (a share of one; missing or None where unknown)."""
    points = {
        one.slug: _points(one.curve, value) for one in PARTS if (value := values.get(one.slug)) is not None
    }
    shares = _shares(points, weights)
    parts = tuple(
        Scored(one, values.get(one.slug), _whole(points.get(one.slug)), shares.get(one.slug, 0.0))
        for one in PARTS
    )
    groups = tuple(_group(slug, points, weights[slug]) for slug in GROUPS)
    known = [one for one in groups if one.points is not None]
    if len(known) < LEAST_GROUPS or members < LEAST_MEMBERS or not shares:
        return Score(None, groups, parts)
    return Score(_whole(sum(points[slug] * share for slug, share in shares.items())), groups, parts)


def capped(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares that make one, none above half: what is beyond goes to the others in their proportion. Of a single one nothing is
    left."""
    total = sum(shares.values())
    if total <= 0 or len([one for one in shares.values() if one > 0]) < 2:
        return {}
    found = {slug: one / total for slug, one in shares.items()}
    widest = max(found, key=lambda slug: found[slug])
    if found[widest] <= MOST_SHARE:
        return found
    rest = 1 - found[widest]
    return {
        slug: MOST_SHARE if slug == widest else one / rest * (1 - MOST_SHARE) for slug, one in found.items()
    }


def _shares(points: Mapping[str, float], weights: Weights) -> dict[str, float]:
    found: dict[str, float] = {}
    for group in GROUPS:
        known = [one for one in PARTS if one.group == group and one.slug in points]
        total = sum(one.weight for one in known)
        found.update({one.slug: weights[group] * one.weight / total for one in known})
    return capped(found)


def _group(slug: str, points: Mapping[str, float], weight: int) -> Group:
    known = [one for one in PARTS if one.group == slug and one.slug in points]
    if not known:
        return Group(slug, weight, None)
    total = sum(one.weight for one in known)
    return Group(slug, weight, _whole(sum(points[one.slug] * one.weight for one in known) / total))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value + 0.5)


def _points(curve: Curve, value: float) -> float:
    if value <= curve[0][0]:
        return curve[0][1]
    for (low, at_low), (high, at_high) in pairwise(curve):
        if value <= high:
            return at_low + (at_high - at_low) * (value - low) / (high - low)
    return curve[-1][1]


# stages -------------------------------------------------------------------------------------------------------------

YOUNG_WEEKS, FEW_MEMBERS = 13, 30
GREW, SHRANK, FELL = 0.10, -0.05, -0.30
"""Of the members in eight weeks; of those active, four weeks against the eight before."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stage with what it was read from: weeks with members (of the last 13), members now, their change in eight weeks, the change
    of those active (four weeks against the eight before). None: cannot be said."""

    stage: str
    weeks: int
    members: int
    grew: float | None
    moved: float | None


def suggest(members: Sequence[Number | None], active: Sequence[Number | None]) -> Suggestion:
    """From whole weeks, the newest last. The first rule that fits: younger than 13 weeks or below 30 members: start-up; members
    shrank by 5 % in eight weeks, or 30 % fewer active: adjusting; members grew by 10 %: growing; else mature."""
    known = [value or 0 for value in members[-YOUNG_WEEKS:]]
    weeks, now = sum(1 for one in known if one), int(known[-1]) if known else 0
    grew = now / known[-9] - 1 if len(known) > 8 and known[-9] else None
    moved = _moved([value or 0 for value in active])
    return Suggestion(_stage(weeks, now, grew, moved), weeks, now, grew, moved)


def _stage(weeks: int, members: int, grew: float | None, moved: float | None) -> str:
    if weeks < YOUNG_WEEKS or members < FEW_MEMBERS:
        return START
    if (grew is not None and grew <= SHRANK) or (moved is not None and moved <= FELL):
        return ADJUSTING
    return GROWING if grew is not None and grew >= GREW else MATURE


def _moved(active: Sequence[Number]) -> float | None:
    if len(active) < 12:
        return None
    now, before = sum(active[-4:]) / 4, sum(active[-12:-4]) / 8
    return now / before - 1 if before else None


def problem(weights: Mapping[str, int]) -> str:
    """Why these cannot be the weights of a stage: `sum`, `range`; empty where they can."""
    if any(not 0 <= weights[group] <= 100 for group in GROUPS):
        return "range"
    return "" if sum(weights[group] for group in GROUPS) == 100 else "sum"
