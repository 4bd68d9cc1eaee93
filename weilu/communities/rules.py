"""How healthy is a community, and from which parts does that follow?

Each part reads one metric of the last 28 days and turns it into 0 … 100 along a curve of a few points, straight between
them. The score is the mean of the known parts by weight, rounded half up; a part that cannot be known (a platform without
replies) falls out with its weight. Fewer than three known parts, or fewer than five members, give no score.

The curves start from the trade's own thresholds (nine in ten silent is a silent crowd; under 5 % active a day is a dead
group) and are ours otherwise; docs/reference/health.md tells operators the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

VERSION = 1
SPAN_DAYS = 28
LEAST_PARTS = 3
LEAST_MEMBERS = 5
GOOD, FAIR = 70, 45
"""From here on a score reads as good, as fair; below it is poor."""

Curve = tuple[tuple[float, float], ...]
"""(value, points) by rising value; flat before the first and after the last."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of health: its weight, and how its value becomes points."""

    slug: str
    weight: int
    curve: Curve


PARTS = (
    Part("growth", 15, ((-0.05, 0), (0.0, 50), (0.05, 100))),
    Part("activity", 30, ((0.0, 0), (0.05, 35), (0.20, 100))),
    Part("conversation", 20, ((0.0, 0), (0.10, 40), (0.35, 100))),
    Part("retention", 20, ((0.0, 0), (0.10, 50), (0.30, 100))),
    Part("silence", 15, ((0.50, 100), (0.90, 25), (1.0, 0))),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A part with what was read and its points; both None where nothing is known."""

    part: Part
    value: float | None
    points: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """A community's health. `weakest` is the known part that costs most points, where any costs."""

    score: int | None
    parts: tuple[Scored, ...]

    @property
    def grade(self) -> str:
        """good, fair, poor, or unknown."""
        if self.score is None:
            return "unknown"
        return "good" if self.score >= GOOD else "fair" if self.score >= FAIR else "poor"

    @property
    def weakest(self) -> Scored | None:
        known = [one for one in self.parts if one.points is not None and one.points < 100]
        return max(known, key=lambda one: one.part.weight * (100 - (one.points or 0)), default=None)


def health(values: Mapping[str, float | None], members: int) -> Health:
    """From a value for each part (a share of one; missing or None where unknown) and the number of members now."""
    parts = tuple(_scored(part, values.get(part.slug)) for part in PARTS)
    known = [(one.part.weight, one.points) for one in parts if one.points is not None]
    if len(known) < LEAST_PARTS or members < LEAST_MEMBERS:
        return Health(None, parts)
    total = sum(weight for weight, _ in known)
    return Health(int(sum(weight * points for weight, points in known) / total + 0.5), parts)


def _scored(part: Part, value: float | None) -> Scored:
    return Scored(part, value, None if value is None else int(points_on(part.curve, value) + 0.5))


def points_on(curve: Curve, value: float) -> float:
    """Points at a value, straight between the curve's points."""
    if value <= curve[0][0]:
        return curve[0][1]
    for (low, at_low), (high, at_high) in pairwise(curve):
        if value <= high:
            return at_low + (at_high - at_low) * (value - low) / (high - low)
    return curve[-1][1]
