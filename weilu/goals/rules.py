"""How far is a key result, should it be there, and where will it end?

Pace is a straight line: for a level from the baseline to the target, for a total from nothing to the target. A total of what is
better in small numbers is not to pass its target: it is reached when its last day is over without that.

Forecast, from whole weeks only, at least eight of them:
- level: the median of the last four weeks, moved by the Theil–Sen slope of the last twelve where its 95 % interval leaves out zero.
  The error of a week ahead is 1.4826 · MAD of the changes from week to week around the slope, and grows with the root of the
  weeks: a random walk, which is wider than most figures need.
- total: what is there, plus the median week of the last eight for what is left. Its error is that of the weeks left (root) and
  of the median itself (as many times as weeks are left).
No error falls below chance (the root of a count). The band holds four of five cases by the normal law; confidence is the share
of that law beyond the target.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Number = int | float
Values = Sequence[Number | None]

LEVEL, TOTAL = "level", "total"
AIMS = (LEVEL, TOTAL)
LEAST_WEEKS = 8
SLOPE_WEEKS, LEVEL_WEEKS, RATE_WEEKS = 12, 4, 8
FOUR_OF_FIVE = 1.2816
"""Standard deviations to either side that hold 80 % (normal law)."""
BASELINE_WEEKS = 4
WEEK = dt.timedelta(days=7)

REACHED, ON_TRACK, BEHIND, MISSED, TOO_EARLY, UNKNOWN = (
    "reached", "on_track", "behind", "missed", "too_early", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aim:
    """`first` and `last` are days, both included. A level may be to fall: then the target lies below the baseline. `less`: of the
    figure less is better, so that a total is to stay below its target."""

    kind: str
    first: dt.date
    last: dt.date
    baseline: float
    target: float
    unit: str = "people"
    less: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def ceiling(self) -> bool:
        """A total that is not to be passed."""
        return self.kind == TOTAL and self.less

    @property
    def falls(self) -> bool:
        """Whether below the pace is where it should be."""
        return self.ceiling or (self.kind == LEVEL and self.target < self.baseline)

    @property
    def start(self) -> float:
        return 0.0 if self.kind == TOTAL else self.baseline

    def pace(self, after_days: float) -> float:
        """Where it should be when so many of its days are over."""
        return self.start + (self.target - self.start) * min(max(after_days / self.days, 0.0), 1.0)

    def progress(self, value: Number) -> float:
        """A share of the way (of a ceiling: of what may be used up); below 0 where it went the other way, above 1 beyond the target."""
        way = self.target - self.start
        return (float(value) - self.start) / way if way else 1.0

    def reached(self, value: Number) -> bool:
        return value <= self.target if self.falls else value >= self.target


@dataclass(frozen=True, slots=True)
class Forecast:
    """At the end: `low` to `high` holds four of five cases. `confidence` is the chance that the target is reached."""

    value: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Standing:
    """`value` is that of the last whole week (level) or all so far (total); `pace` where it should be by then."""

    state: str
    value: Number | None
    pace: float | None
    progress: float | None
    forecast: Forecast | None
    weeks_known: int

    @property
    def gap(self) -> float | None:
        """Pace − value: above 0 what is missing, below 0 what is too much."""
        return None if self.value is None or self.pace is None else self.pace - float(self.value)


def baseline(weeks: Values) -> tuple[float, int] | None:
    """The mean of the last four weeks that have a value, and of how many it is; None without any."""
    known = [float(one) for one in weeks[-BASELINE_WEEKS:] if one is not None]
    return (sum(known) / len(known), len(known)) if known else None


def standing(aim: Aim, weeks: Values, so_far: Number | None, days_over: int, week_days_over: int) -> Standing:
    """`weeks` are the whole weeks up to now, oldest first, those before the first day too. `so_far` is the figure since the first day
    (total only). `days_over` of the aim's days are over, and were at the end of the last whole week `week_days_over`."""
    value = so_far if aim.kind == TOTAL else (weeks[-1] if weeks else None)
    over = days_over if aim.kind == TOTAL else week_days_over
    known = sum(one is not None for one in weeks)
    if value is None:
        return Standing(UNKNOWN, None, None, None, None, known)
    ended = days_over >= aim.days
    left = max(0, aim.days - over)
    seen = forecast(aim, weeks, float(value), left / 7)
    # The running day's events count: against a ceiling they need the pace of that day too.
    pace = aim.pace(over + 1 if aim.ceiling and not ended else over)
    if aim.reached(value) and (ended or (aim.kind == TOTAL and not aim.ceiling)):
        state = REACHED
    elif ended:
        state = MISSED
    elif over <= 0:
        state = TOO_EARLY
    else:
        state = ON_TRACK if _keeps(aim, value, pace) else BEHIND
    return Standing(state, value, pace, aim.progress(value), None if ended else seen, known)


def _keeps(aim: Aim, value: Number, pace: float) -> bool:
    return value <= pace if aim.falls else value >= pace


def forecast(aim: Aim, weeks: Values, value: float, weeks_left: float) -> Forecast | None:
    """None where too little is known to say anything."""
    known = [float(one) for one in weeks if one is not None]
    if len(known) < LEAST_WEEKS:
        return None
    at, error = (_level if aim.kind == LEVEL else _total)(known, value, weeks_left, aim.unit)
    beyond = (aim.target - at) / error
    chance = NormalDist().cdf(beyond if aim.falls else -beyond)
    low = at - FOUR_OF_FIVE * error
    if aim.kind == TOTAL and min(known) >= 0:
        low = max(low, value)
        if aim.ceiling and value > aim.target:
            chance = 0.0
    return Forecast(at, low, at + FOUR_OF_FIVE * error, chance)


def _level(known: list[float], value: float, left: float, unit: str) -> tuple[float, float]:
    from scipy.stats import theilslopes  # 45 MB in each process, so not before it is needed

    recent = known[-SLOPE_WEEKS:]
    slope, _, low, high = theilslopes(recent, np.arange(len(recent)), alpha=0.95)
    drift = float(slope) if low > 0 or high < 0 else 0.0
    level = float(np.median(recent[-LEVEL_WEEKS:]))
    scale = _spread(np.diff(recent) - drift)
    # The median of four weeks stands a week and a half before the last of them.
    at = level + drift * (left + (LEVEL_WEEKS - 1) / 2)
    return at, max(scale, _chance(level, unit)) * sqrt(left + 1)


def _total(known: list[float], value: float, left: float, unit: str) -> tuple[float, float]:
    recent = known[-RATE_WEEKS:]
    week = float(np.median(recent))
    scale = max(_spread(np.array(recent)), _chance(week, unit))
    error = sqrt(scale**2 * left + (1.2533 * scale * left) ** 2 / len(recent))
    return value + week * left, max(error, 1e-9)


def _spread(values: NDArray[np.float64]) -> float:
    """A robust standard deviation."""
    from scipy.stats import median_abs_deviation

    return float(median_abs_deviation(values, scale="normal"))


def _chance(level: float, unit: str) -> float:
    if unit in ("people", "messages", "events"):
        return float(max(abs(level), 1.0) ** 0.5)
    return 1.0 if unit == "percent" else max(abs(level) / 20, 1e-9)


# why ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """A part's share in the gap: what it should have brought, what it did, and the difference. `name` empty: what no part explains
    alone, such as people who count in several."""

    name: str
    expected: float
    actual: float
    branches: tuple[Branch, ...] = ()

    @property
    def gap(self) -> float:
        return self.expected - self.actual


def drivers(
    expected: float,
    actual: float,
    before: Mapping[str, float],
    now: Mapping[str, float],
    *,
    falls: bool = False,
) -> tuple[Branch, ...]:
    """The gap cut by parts, the widest first (of what is to fall: where most is too much); expected, actual and gap of the branches add up to the whole. What should have been
    is shared out as it was before; where that was nothing or partly below zero, evenly on top of what was."""
    names = sorted({*before, *now})
    if not names:
        return ()
    total_before, total_now = sum(before.values()), sum(now.values())
    fits = total_before > 0 and min(before.values(), default=0.0) >= 0
    found = []
    for name in names:
        was = before.get(name, 0.0)
        due = expected * was / total_before if fits else was + (expected - total_before) / len(names)
        found.append(Branch(name, due, now.get(name, 0.0)))
    # Parts that overlap (people in several communities) add up to more than the whole: what they share is a branch of its own.
    rest = actual - total_now
    if abs(rest) > 1e-9 * max(1.0, abs(actual), abs(total_now)):
        found.append(Branch("", 0.0, rest))
    return tuple(sorted(found, key=lambda one: (one.name == "", one.gap if falls else -one.gap, one.name)))


def overlapping(
    expected: float, before: float, parts: Mapping[str, tuple[float, float]], *, falls: bool = False
) -> tuple[Branch, ...]:
    """Parts that may overlap (what each brought before, and now), each by itself: it should have brought its share of before. Only those
    in which something is missing (of what is to fall: too much), the widest first. None where nothing was brought before."""
    if before <= 0:
        return ()
    found = [Branch(name, expected * was / before, now) for name, (was, now) in parts.items()]
    lacking = [one for one in found if (one.gap < 0 if falls else one.gap > 0)]
    return tuple(sorted(lacking, key=lambda one: (one.gap if falls else -one.gap, one.name)))
