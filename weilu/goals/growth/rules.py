"""How far is each stage of growth from its target, and where is the widest gap?

Five stages stand in a fixed order. A stage may be to reach a share of the stage before (`rate`, per cent), a number (`count`, for a
whole month), or both. A number is due by the days that are over: each day its part of its own month. What is reached is actual ÷
target; the widest gap is where least of it is reached, among equals the earlier stage, and there the share before the number.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

Number = int | float

EXPOSURE, INTEREST, ACTION, RETENTION, CONVERSION = (
    "exposure", "interest", "action", "retention", "conversion",
)  # fmt: skip
STAGES = (EXPOSURE, INTEREST, ACTION, RETENTION, CONVERSION)
COUNT, MEMBERS = "count", "members"
MEASURES = (COUNT, MEMBERS)
RATE = "rate"
MOST_COUNT = 1e12
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """`measure` empty: `source` is a metric of the catalogue; else an event."""

    slug: str
    source: str
    measure: str = ""
    rate: float | None = None
    count: float | None = None

    @property
    def counted(self) -> tuple[str, str]:
        """What two stages must not share."""
        return self.source, self.measure


USUAL = (
    Stage(EXPOSURE, "impressions"),
    Stage(INTEREST, "reads"),
    Stage(ACTION, "joins"),
    Stage(RETENTION, "back_on_day_7"),
    Stage(CONVERSION, "buyers"),
)
"""As delivered: no targets."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why stages cannot be kept: `stages`, `repeated`, `first_rate`, `rate` or `count`, at which stage, and in which part."""

    why: str
    slug: str = ""
    part: str = ""


def problem(stages: Sequence[Stage]) -> Problem | None:
    if tuple(one.slug for one in stages) != STAGES:
        return Problem("stages")
    for at, one in enumerate(stages):
        if any(one.counted == other.counted for other in stages[:at]):
            return Problem("repeated", one.slug, "source")
        if one.rate is not None and at == 0:
            return Problem("first_rate", one.slug, RATE)
        if one.rate is not None and not (isfinite(one.rate) and 0 < one.rate <= 100):
            return Problem(RATE, one.slug, RATE)
        if one.count is not None and not (isfinite(one.count) and 0 < one.count <= MOST_COUNT):
            return Problem(COUNT, one.slug, COUNT)
    return None


# days ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_month(self) -> bool:
        return self == month(self.first)

    def before(self, today: dt.date) -> Span:
        """The month before a month, else as many days right before. Of a span that still runs only as many days as have begun."""
        end = self.first - DAY
        whole = month(end) if self.is_month else Span(end - (self.days - 1) * DAY, end)
        begun = (min(self.last, today) - self.first).days + 1
        if self.last <= today or begun <= 0:
            return whole
        return Span(whole.first, min(whole.last, whole.first + (begun - 1) * DAY))


def month(day: dt.date) -> Span:
    """The whole month that a day lies in."""
    length = calendar.monthrange(day.year, day.month)[1]
    return Span(day.replace(day=1), day.replace(day=length))


def due(count: float, span: Span, today: dt.date, waits: int = 0) -> float | None:
    """How many there should be by the days of the span that are over, where a day tells only so many days later; None before the
    first of them is."""
    last = min(span.last, today - (1 + waits) * DAY)
    if last < span.first:
        return None
    parts = sum(1 / month(span.first + at * DAY).days for at in range((last - span.first).days + 1))
    return round(count * parts, 9)


def whole(count: float) -> int:
    """How many it takes to reach a number that is due: people and times come whole."""
    return ceil(count - 1e-9)


def open_until(span: Span, today: dt.date, waits: int) -> dt.date | None:
    """The day on which the last of the span's figures is known, where it is not yet."""
    day = span.last + waits * DAY
    return day if waits and day >= today else None


# judging ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """What was counted in the span and in the one before; None where it cannot be asked. `waits`: a day is known so many days later."""

    now: Number | None
    before: Number | None
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """`rate` and `rate_before` are per cent of the stage before. `due` is the number aimed at by now. `rate_reached` and
    `count_reached` are actual ÷ target, None without a target or while it cannot be told. `open`: known whole on that day."""

    stage: Stage
    figure: Figure
    rate: float | None
    rate_before: float | None
    due: float | None
    rate_reached: float | None
    count_reached: float | None
    open: dt.date | None

    @property
    def reached(self) -> float | None:
        """Of what is reached least."""
        return min((one for one in (self.rate_reached, self.count_reached) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Gap:
    """The widest: at which stage, by which target (`rate` or `count`), and how many are missing there."""

    at: Judged
    by: str
    missing: int


def judged(stages: Sequence[Stage], figures: Sequence[Figure], span: Span, today: dt.date) -> list[Judged]:
    """A stage whose figures are still open has no share, and neither has the one after it."""
    found: list[Judged] = []
    for at, (stage, figure) in enumerate(zip(stages, figures, strict=True)):
        opened = open_until(span, today, figure.waits)
        base = figures[at - 1] if at else Figure(None, None)
        known = opened is None and open_until(span, today, base.waits) is None
        rate = _share(figure.now, base.now) if known else None
        should = due(stage.count, span, today, figure.waits) if stage.count else None
        found.append(
            Judged(
                stage,
                figure,
                rate,
                _share(figure.before, base.before) if known else None,
                should,
                round(rate / stage.rate, 9) if rate is not None and stage.rate else None,
                round(figure.now / should, 9) if figure.now is not None and should else None,
                opened,
            )
        )
    return found


def widest(found: Sequence[Judged]) -> Gap | None:
    """None where every target that can be judged is reached, or there is none."""
    worst: tuple[float, Judged, str] | None = None
    for one in found:
        for by, reached in ((RATE, one.rate_reached), (COUNT, one.count_reached)):
            if reached is not None and reached < 1 and (worst is None or reached < worst[0]):
                worst = (reached, one, by)
    if worst is None:
        return None
    _reached, one, by = worst
    return Gap(one, by, _missing(found, one, by))


def _missing(found: Sequence[Judged], one: Judged, by: str) -> int:
    now = one.figure.now or 0
    if by == COUNT:
        return whole((one.due or 0) - now)
    base = found[found.index(one) - 1].figure.now or 0
    return whole(base * (one.stage.rate or 0) / 100 - now)


def _share(above: Number | None, below: Number | None) -> float | None:
    return None if above is None or not below else 100 * above / below
