"""Over which communities, days and knowledge is a question computed? Everything resolved, nothing looked up any more.

Moments are whole seconds since 1970, UTC. A bucket's edges come from Python's time zone rules, so every time zone and every
change of the clocks is right whatever the store believes; the store only compares integers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol
from zoneinfo import ZoneInfo

HOUR = "hour"
DAY = "day"
WEEK = "week"
MONTH = "month"
PERIOD = "period"
SIZES = (HOUR, DAY, WEEK, MONTH, PERIOD)

EPOCH = dt.date(1970, 1, 1)
LAST_DAY = dt.date(2105, 12, 31)
"""The store keeps moments in 32 unsigned bits."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`label` is the first day of the whole week or month, of an hour its local start; `first` and `last` are its days
    inside the span."""

    label: dt.date
    first: dt.date
    last: dt.date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Brought:
    """Events of one import only: those that stand under its number, or of the positions that it claims (ranges, both ends
    included) those of others, or all of them."""

    batch: int
    which: str
    firsts: tuple[int, ...] = ()
    lasts: tuple[int, ...] = ()


class Among(Protocol):
    """Some people (`compile.among`): a list, or worked out by the store while it answers."""

    @property
    def concludes(self) -> bool:
        """Whether who they are rests on conclusions."""

    def holds(self, who: str, bound: Any) -> str:
        """The condition that somebody is one of them, by the SQL that says who."""

    def owns(self, account: str, bound: Any) -> str:
        """A condition that all accounts of theirs meet, and that the sort key of events helps with; 1 where there is none."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """`scope` is the one set of conclusions to read (a community, 0 for the whole person), None for the best of several.

    `until`: nothing that happened from then on counts. `horizon`: the minute after the moment of asking, or the end of the
    day of `as_of`; conclusions are read up to it. `over`: the minute of asking, or that same end; what ends later is not
    finished. `known`: the log position that knowledge ends with. `trait` is the property that is broken down by, where
    `breakdown` says so; of its values those `apart` have a part each and the others one together. `brought`, `member` and
    `among`: only what came with one import, only what one person did, only what these people did. Without `visitors` only
    members count (docs/decisions/0044).
    """

    communities: tuple[int, ...]
    scope: int | None
    timezone: str
    size: str
    buckets: tuple[Bucket, ...]
    until: int
    horizon: int
    over: int
    known: int | None = None
    breakdown: str | None = None
    trait: str = ""
    apart: tuple[str, ...] | None = None
    brought: Brought | None = None
    member: int | None = None
    visitors: bool = True
    among: Among | None = None

    @property
    def start(self) -> int:
        return self.buckets[0].start

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple(bucket.start for bucket in self.buckets)

    @property
    def ends(self) -> tuple[int, ...]:
        return tuple(bucket.end for bucket in self.buckets)

    @property
    def moments(self) -> tuple[int, ...]:
        """For each bucket the moment at whose brink a conclusion is read: its end, or now where that is earlier."""
        return tuple(min(bucket.end, self.horizon) for bucket in self.buckets)

    def only(self, index: int) -> Frame:
        """The same frame with one bucket: what stands behind one point."""
        bucket = self.buckets[index]
        return replace(self, buckets=(bucket,), until=min(self.until, bucket.end))

    def days(self, *, before: int = 0, after: int = 0) -> tuple[int, ...]:
        """Starts of the local days of the span, with so many days before and after, and the end of the last one."""
        first = self.buckets[0].first - dt.timedelta(days=before)
        count = (self.buckets[-1].last - first).days + 1 + after
        return tuple(day_start(first + dt.timedelta(days=n), self.timezone) for n in range(count + 1))

    def offsets(self) -> tuple[tuple[int, int], ...]:
        """How far the clock is ahead of UTC in the span, in seconds: (from which moment on, by how much), ascending."""
        zone = ZoneInfo(self.timezone)
        found: list[tuple[int, int]] = []
        for start, end in pairwise(self.days()):
            found += _changes(zone, start, end, found[-1][1] if found else None)
        return tuple(found)

    @property
    def nominal_days(self) -> int:
        """How long a whole bucket is, at least."""
        span = (self.buckets[-1].last - self.buckets[0].first).days + 1
        return {HOUR: 0, DAY: 1, WEEK: 7, MONTH: 31, PERIOD: span}[self.size]


def _changes(zone: ZoneInfo, start: int, end: int, before: int | None) -> list[tuple[int, int]]:
    """The moments of a day at which another offset than before begins; clocks are changed on whole minutes."""
    if _offset(zone, start) == before == _offset(zone, end - 1):
        return []
    found = []
    for moment in range(start, end, 60):
        if (offset := _offset(zone, moment)) != before:
            found.append((moment, offset))
            before = offset
    return found


def _offset(zone: ZoneInfo, moment: int) -> int:
    told = dt.datetime.fromtimestamp(moment, zone).utcoffset()
    return int(told.total_seconds()) if told else 0


def buckets(first: dt.date, last: dt.date, size: str, timezone: str) -> tuple[Bucket, ...]:
    """The span cut into hours, whole days, ISO weeks or months; the outer ones are clipped to the span."""
    if size == HOUR:
        return tuple(_hours(first, last, timezone))
    found: list[Bucket] = []
    day = first
    while day <= last:
        label = label_of(day, size)
        end = min(last + dt.timedelta(days=1), after(label, size) if size != PERIOD else dt.date.max)
        found.append(
            Bucket(label, day, end - dt.timedelta(days=1), day_start(day, timezone), day_start(end, timezone))
        )
        day = end
    return tuple(found)


def _hours(first: dt.date, last: dt.date, timezone: str) -> Iterator[Bucket]:
    """The hours that the clock on the wall shows: 23 or 25 on days when it is changed."""
    zone = ZoneInfo(timezone)
    start, end = day_start(first, timezone), day_start(last + dt.timedelta(days=1), timezone)
    while start < end:
        shown = dt.datetime.fromtimestamp(start, zone)
        until = min(end, start + 3600 - shown.minute * 60 - shown.second)
        yield Bucket(shown, shown.date(), shown.date(), start, until)
        start = until


def label_of(day: dt.date, size: str) -> dt.date:
    """The first day of the bucket that a day belongs to."""
    if size == WEEK:
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if size == MONTH else day


def after(label: dt.date, size: str) -> dt.date:
    """The first day of the next bucket."""
    if size == WEEK:
        return label + dt.timedelta(days=7)
    if size == MONTH:
        return (label + dt.timedelta(days=31)).replace(day=1)
    return label + dt.timedelta(days=1)


def day_start(day: dt.date, timezone: str) -> int:
    """The first second of a calendar day; where the clocks jump over midnight, the moment of the jump."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp())
