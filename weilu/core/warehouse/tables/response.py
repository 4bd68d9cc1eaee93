"""The table of answer times: a row for each bucket, broken down one for each part of each bucket."""

from __future__ import annotations

from typing import Any

from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import response
from weilu.core.warehouse.compile.response import Heard
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import EVENTS
from weilu.core.warehouse.responses import Response
from weilu.core.warehouse.tables import parts
from weilu.core.warehouse.tables.kind import Kind, Rows, Source

NUMBERS = ("asked", "answered", "unanswered", "median_seconds", "p90_seconds", "within_percent")


def _columns(asked: Asked) -> tuple[str, ...]:
    return ("at", *(("by",) if asked.question.breakdown else ()), *NUMBERS)


def _rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(response.counts(_heard(asked, asked.frame), bound), bound.params)
    found = {(row["at"], row["by"]): row for row in table.to_pylist()}
    values = parts.shown(asked, {by for _, by in found}) if asked.question.breakdown else [("", "")]
    return [
        (bucket.label.isoformat(), *([name] if asked.question.breakdown else []), *_cells(found.get((bucket.start, by))))
        for bucket in asked.frame.buckets
        for by, name in values
    ]  # fmt: skip


def _cells(row: dict[str, Any] | None) -> tuple[float | None, ...]:
    if row is None:
        return (0, 0, 0, None, None, None)
    asked, answered = row["asked"], row["answered"]
    middle, late = (row[name] / 1000 if answered else None for name in ("middle", "late"))
    return asked, answered, asked - answered, middle, late, 100 * row["soon"] / asked


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    point = asked.question.point
    heard = _heard(asked, asked.frame.only(parts.bucket_of(asked, point.at)))
    return response.behind(
        heard, point.which, parts.meant(asked), "unit" if unit == EVENTS else "person", bound
    )


def _heard(asked: Asked, frame: Frame) -> Heard:
    assert isinstance(asked.question.way, Response)
    return Heard(frame, asked.question.way, asked.question.breakdown)


KIND = Kind(_columns, _rows, _behind, lambda _: EVENTS)
