"""The table of retention: for each cohort (and part of it) a row for each period that is over."""

from __future__ import annotations

from itertools import pairwise

from django.utils.translation import gettext as _

from weilu.core.warehouse import frame as frames
from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import retention
from weilu.core.warehouse.compile.retention import Cohorts
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.retentions import Retention
from weilu.core.warehouse.tables import parts
from weilu.core.warehouse.tables.kind import Kind, Rows, Source


def _columns(asked: Asked) -> tuple[str, ...]:
    return ("cohort", *(("by",) if asked.question.breakdown else ()), "size", "period", "returned")


def _rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    cohorts, ends = _cohorts(asked, bound)
    table = source.run(retention.counts(cohorts, bound), bound.params)
    found = {(row["cohort"], row["by"], row["period"]): row["members"] for row in table.to_pylist()}
    values = (
        parts.shown(asked, {by for _cohort, by, _period in found}) if asked.question.breakdown else [("", "")]
    )
    return [
        (bucket.label.isoformat(), *([name] if asked.question.breakdown else []), found.get((n, by, retention.WHOLE), 0), period,
         found.get((n, by, period), 0))
        for n, bucket in enumerate(asked.frame.buckets, 1)
        for by, name in values
        for period, following in pairwise(cohorts.asked.edges)
        if ends[n + following - 2] <= asked.frame.over
    ]  # fmt: skip


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    if unit == EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    cohorts, _ends = _cohorts(asked, bound)
    point = asked.question.point
    cohort = parts.bucket_of(asked, point.cohort)
    return retention.behind(cohorts, cohort + 1, point.period, parts.meant(asked), bound)


def _cohorts(asked: Asked, bound: Bound) -> tuple[Cohorts, tuple[int, ...]]:
    """The question for the store, and the end of every period that is asked for, from the first cohort's own on."""
    way, frame = asked.question.way, asked.frame
    assert isinstance(way, Retention)
    label, edges = frame.buckets[0].label, []
    for _n in range(len(frame.buckets) + way.edges[-1]):
        edges.append(frames.day_start(label, frame.timezone))
        label = frames.after(label, frame.size)
    starts, ends = tuple(edges[:-1]), tuple(edges[1:])
    return Cohorts(frame, way, starts, ends[-1], parts.column(asked, bound)), ends


KIND = Kind(_columns, _rows, _behind, lambda _: PEOPLE)
