"""The table of a trend: a row for each bucket, broken down one for each part of each bucket."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import Asked, Largest
from weilu.core.warehouse.compile import trend
from weilu.core.warehouse.compile.rows import TOLD, Series
from weilu.core.warehouse.compile.source import Bound, Run
from weilu.core.warehouse.frame import PERIOD, Bucket, Frame
from weilu.core.warehouse.measures import EVENTS, PEOPLE, Base, Sums, combined
from weilu.core.warehouse.measures import parts as parts_of
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables import parts
from weilu.core.warehouse.tables.kind import OTHER, Kind, Rows, Source

REST = "0"
"""What stands in the store for all the parts that do not stand apart."""


def _columns(asked: Asked) -> tuple[str, ...]:
    return ("at", "by", "value") if asked.frame.breakdown else ("at", "value")


def _rows(asked: Asked, source: Source) -> Rows:
    assert asked.measure is not None
    wanted = parts_of(asked.measure)
    frame = apart(asked)
    series = source.series(wanted, frame)
    values = _values(asked, series)
    found: Rows = []
    for bucket in frame.buckets:
        begun = bucket.start < frame.horizon
        for by, shown in values:
            told = tuple(series[one].get((bucket.start, by), trend.missing(one, begun)) for one in wanted)
            part = () if shown is None else (shown,)
            found.append((bucket.label.isoformat(), *part, combined(asked.measure, told)))
    return found


def apart(asked: Asked) -> Frame:
    """The frame in which only the largest parts stand apart, where it is so wished."""
    if not asked.question.top or asked.largest is None:
        return asked.frame
    return replace(asked.frame, apart=asked.largest.names)


def _values(asked: Asked, series: dict[Base, Series]) -> list[tuple[str, str | None]]:
    """(value in the store, value shown); one pair with None where nothing is broken down."""
    if asked.frame.breakdown is None:
        return [("", None)]
    if asked.question.top and asked.largest is not None:
        names = parts.named(asked, asked.largest.names)
        found = [(str(number), shown) for number, (_value, shown) in enumerate(names, 1)]
        return [*found, *([(REST, OTHER)] if asked.largest.others else [])]
    # What only bots did is no member's, what nobody who is asked about did is no part: it has rows, but nothing is counted.
    seen = {
        value
        for measure, one in series.items()
        for (_, value), told in one.items()
        if told or isinstance(measure, Sums)
    }
    return [*parts.shown(asked, seen)]


def largest(asked: Asked, run: Run) -> Largest | None:
    """The parts with the highest values over the whole span; without a wish for some none, if there are few enough of them."""
    most, frame = asked.question.top, whole(asked.frame)
    if asked.measure is None or not (most or frame.breakdown in TOLD):
        return None
    measure = parts_of(asked.measure)[0]
    found: tuple[tuple[str, object], ...] = ()
    if most:
        bound = Bound()
        table = run(trend.largest(measure, frame, most + 1, bound), bound.params).to_pylist()
        found = tuple((row["by"], row["n"]) for row in table)
    count = len(found)
    if count > most or not most:
        bound = Bound()
        count = run(trend.how_many(measure, frame, bound), bound.params).column("n")[0].as_py()
    if not most:
        parts.few_enough(asked, count)
    return Largest(found[:most], max(0, count - most) if most else 0)


def whole(frame: Frame) -> Frame:
    """The same days as one bucket."""
    first, last = frame.buckets[0], frame.buckets[-1]
    span = Bucket(first.label, first.first, last.last, first.start, last.end)
    return replace(frame, buckets=(span,), size=PERIOD)


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    assert asked.measure is not None
    measure = parts_of(asked.measure)[0]
    if unit == EVENTS and measure.counts != EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    by = parts.meant(asked)
    frame = asked.frame
    if asked.question.top and asked.question.point.by == OTHER:
        frame, by = apart(asked), REST
    only = frame.only(parts.bucket_of(asked, asked.question.point.at))
    statement = trend.people_behind if unit == PEOPLE else trend.behind
    return statement(measure, only, by, bound)


def counts(asked: Asked) -> str:
    return asked.measure.counts if asked.measure else PEOPLE


KIND = Kind(_columns, _rows, _behind, counts, largest)
