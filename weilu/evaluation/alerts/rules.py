"""Is a value out of bounds? From the values before it alone.

| kind | out of bounds is |
| --- | --- |
| threshold | over or under a number |
| relative | more than so many per cent over or under what stood before: the bucket before, the same weekday a week before, or the mean of the four weeks before |
| anomaly | further from what is usual for the weekday than `limit` robust standard deviations |

Anomaly: a Theil–Sen line (median of all slopes) through the eight weeks before; the median by weekday of what lies off the line
is the season; what then remains has the scale 1.4826 · MAD. Half of the history may be wrong before line, season or scale
follow it (Theil 1950, Sen 1968; 3.5 as the usual limit: Iglewicz & Hoaglin 1993). By week there is no season. The scale
never falls below chance: the root of the expected count, two points of a share, a tenth of anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Number = int | float
Values = Sequence[Number | None]

THRESHOLD, RELATIVE, ANOMALY = "threshold", "relative", "anomaly"
KINDS = (THRESHOLD, RELATIVE, ANOMALY)
ABOVE, BELOW, EITHER = "above", "below", "either"
DIRECTIONS = (ABOVE, BELOW, EITHER)
BEFORE, SAME_WEEKDAY, MEAN = "before", "weekday", "mean"
AGAINST = (BEFORE, SAME_WEEKDAY, MEAN)
DAY, WEEK = "day", "week"
SIZES = (DAY, WEEK)

HISTORY = {DAY: 56, WEEK: 26}
"""Buckets before the judged one that are looked at."""
LEAST = {DAY: 28, WEEK: 8}
"""So many of them must have a value, else an anomaly cannot be told."""
FOUR_WEEKS = {DAY: 28, WEEK: 4}
LEAST_FOR_MEAN = 2
USUAL_LIMIT = 3.5

OK, OFF = "ok", "off"
NO_VALUE, LITTLE_HISTORY, NO_BASE = "no_value", "little_history", "no_base"
UNKNOWN = (NO_VALUE, LITTLE_HISTORY, NO_BASE)


@dataclass(frozen=True, slots=True)
class Condition:
    """`limit` is a value of the metric, per cent, or robust standard deviations, by kind."""

    kind: str
    direction: str
    limit: float
    size: str = DAY
    against: str = BEFORE


@dataclass(frozen=True, slots=True)
class Verdict:
    """`expected` is what the value was compared with; below `low` or above `high` it is out of bounds (None: no bound there)."""

    state: str
    value: Number | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def off(self) -> bool:
        return self.state == OFF


def problem(condition: Condition) -> str:
    """Why a condition cannot be meant so, in a word; empty where it can."""
    if condition.kind not in KINDS or condition.direction not in DIRECTIONS:
        return "unknown"
    if condition.size not in SIZES or condition.against not in AGAINST:
        return "unknown"
    if not np.isfinite(condition.limit) or abs(condition.limit) > 1e15:
        return "limit"
    if condition.kind == THRESHOLD and condition.direction == EITHER:
        return "either"
    if condition.kind == RELATIVE and not 0 < condition.limit <= 10_000:
        return "percent"
    if condition.kind == RELATIVE and condition.direction == BELOW and condition.limit > 100:
        return "more_than_all"
    if condition.kind == RELATIVE and condition.against == SAME_WEEKDAY and condition.size == WEEK:
        return "weekday_of_week"
    if condition.kind == ANOMALY and not 1 <= condition.limit <= 20:
        return "deviations"
    return ""


def judge(condition: Condition, values: Values, unit: str) -> Verdict:
    """The last of `values` by those before it, oldest first, one a bucket without gaps (None: the metric has no value there)."""
    if not values or values[-1] is None:
        return Verdict(NO_VALUE)
    value = values[-1]
    before = values[:-1][-HISTORY[condition.size] :]
    if condition.kind == THRESHOLD:
        return _verdict(condition, value, condition.limit, 0.0, 0.0)
    if condition.kind == RELATIVE:
        base = _base(condition, before)
        if base is None:
            return Verdict(LITTLE_HISTORY, value)
        if base <= 0:
            return Verdict(NO_BASE, value, base)
        span = base * condition.limit / 100
        return _verdict(condition, value, base, span, span)
    usual = expect(before, condition.size, unit)
    if usual is None:
        return Verdict(LITTLE_HISTORY, value)
    expected, scale = usual
    span = condition.limit * scale
    return _verdict(condition, value, expected, span, span)


def _verdict(condition: Condition, value: Number, expected: float, below: float, above: float) -> Verdict:
    low = expected - below if condition.direction in (BELOW, EITHER) else None
    high = expected + above if condition.direction in (ABOVE, EITHER) else None
    off = (low is not None and value < low) or (high is not None and value > high)
    return Verdict(OFF if off else OK, value, expected, low, high)


def _base(condition: Condition, before: Values) -> float | None:
    if condition.against == MEAN:
        known = [one for one in before[-FOUR_WEEKS[condition.size] :] if one is not None]
        return sum(known) / len(known) if len(known) >= LEAST_FOR_MEAN else None
    back = 7 if condition.against == SAME_WEEKDAY else 1
    base = before[-back] if len(before) >= back else None
    return None if base is None else float(base)


def expect(before: Values, size: str, unit: str) -> tuple[float, float] | None:
    """What is usual for the bucket after these, and its robust standard deviation; None where too little is known."""
    # 45 MB in each process, so not before it is needed.
    from scipy.stats import median_abs_deviation, theilslopes

    known = [(at, float(one)) for at, one in enumerate(before) if one is not None]
    if len(known) < LEAST[size]:
        return None
    at = np.array([one for one, _ in known], dtype=float)
    values = np.array([value for _, value in known])
    slope, intercept = theilslopes(values, at)[:2]
    off_line = values - (intercept + slope * at)
    season = _season(at, off_line) if size == DAY else np.zeros(7)
    remains = off_line - season[(at % 7).astype(int)]
    next_at = len(before)
    expected = float(intercept + slope * next_at + season[next_at % 7])
    scale = float(median_abs_deviation(remains, scale="normal"))
    return expected, max(scale, _chance(expected, unit))


def _season(at: np.ndarray, off_line: np.ndarray) -> np.ndarray:
    """By place in the week; a weekday without any value has no season."""
    found = np.zeros(7)
    for day in range(7):
        own = off_line[at % 7 == day]
        found[day] = float(np.median(own)) if len(own) else 0.0
    return found


def _chance(expected: float, unit: str) -> float:
    if unit in ("people", "messages", "events"):
        return float(max(abs(expected), 1.0) ** 0.5)
    return 2.0 if unit == "percent" else max(abs(expected) / 10, 1e-9)


def band(condition: Condition, values: Values, unit: str, shown: int) -> list[Verdict]:
    """The verdict for each of the last `shown` values, as it would have been then."""
    first = max(0, len(values) - shown)
    return [judge(condition, values[: at + 1], unit) for at in range(first, len(values))]


def too_much(condition: Condition) -> bool:
    """Whether too much is out of bounds: where a figure can only rise, a bucket that still runs can be judged by it already."""
    return condition.direction in (ABOVE, EITHER)
