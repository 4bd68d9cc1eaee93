"""Which values of longer buckets follow from those of single days? One reading by day then serves every span of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from weilu.core.warehouse import frame as frames
from weilu.core.warehouse.compile.rows import Series
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import (
    Answered,
    Base,
    Events,
    FirstReply,
    FirstTime,
    Joins,
    Leaves,
    Members,
    Newcomers,
    Openers,
    Stayed,
    Unanswered,
    Waits,
)

MOST_DAYS = 400
Days = Sequence[Any]


def _last(days: Days) -> float | None:
    return days[-1] or 0


def _sum(days: Days) -> float | None:
    return sum(day or 0 for day in days)


def _middle(days: Days) -> float | None:
    """The lower median of all the days' waits, in seconds."""
    waits = sorted(wait for day in days for wait in day or ())
    return waits[(len(waits) - 1) // 2] / 1000 if waits else None


MERGED: dict[type, Callable[[Days], float | None]] = {
    Members: _last,
    FirstReply: _middle,
    **dict.fromkeys(
        (Events, Joins, Leaves, FirstTime, Newcomers, Stayed, Openers, Answered, Unanswered), _sum
    ),
}
"""How the values of a bucket's days become the bucket's. What counts members anew in every bucket is not among them."""


def source(measure: Base) -> Base | None:
    """The measure to read by day, None where days do not tell."""
    if isinstance(measure, FirstReply):
        return Waits(measure.hours)
    return measure if type(measure) in MERGED else None


def shared(some: Iterable[Frame]) -> dict[Frame, list[Frame]]:
    """Frames that differ in their buckets only, under one frame by day that holds them all; lone ones are left out."""
    alike: dict[Frame, list[Frame]] = {}
    for one in some:
        if one.size == frames.HOUR:
            continue
        alike.setdefault(replace(one, buckets=(), until=0, size=frames.DAY), []).append(one)
    wide = {_covering(several): several for several in alike.values() if len(several) > 1}
    return {frame: several for frame, several in wide.items() if len(frame.buckets) <= MOST_DAYS}


def _covering(several: Sequence[Frame]) -> Frame:
    first = min(one.buckets[0].first for one in several)
    last = max(one.buckets[-1].last for one in several)
    days = frames.buckets(first, last, frames.DAY, several[0].timezone)
    return replace(several[0], buckets=days, size=frames.DAY, until=max(one.until for one in several))


def merged(measure: Base, series: Series, wide: Frame, frame: Frame) -> Series:
    """The values of one of the frames out of the days of the frame that holds it."""
    merge, first = MERGED[type(measure)], wide.buckets[0].first
    starts = wide.starts
    return {
        (bucket.start, by): merge(
            [
                series.get((start, by))
                for start in starts[(bucket.first - first).days : (bucket.last - first).days + 1]
            ]
        )
        for by in {by for _, by in series}
        for bucket in frame.buckets
    }
