"""What stands in the sealed files? Reads Parquet parts of the log by the manifest, without what has been retracted.

A retraction is in force at once: until `purge` has rewritten the files, its ranges are left out here and the batch
numbers that it changed are put right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Max

from weilu.core.events import ranges
from weilu.core.events.models import Retraction, SegmentFile
from weilu.core.events.rows import COLUMNS, Row, rows_of


def folder() -> Path:
    path: Path = settings.HOME / "log"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def generation() -> tuple[int, ...]:
    """Changes whenever a file is added, rewritten (each gets a new manifest row) or gone."""
    return tuple(SegmentFile.objects.order_by("id").values_list("id", flat=True))


def missing() -> list[str]:
    """Files of the manifest that are not in this home: on several machines it must be one folder."""
    paths = SegmentFile.objects.order_by("first").values_list("path", flat=True)
    return [path for path in paths if not (folder() / path).is_file()]


def last() -> int:
    """The last sealed position."""
    return SegmentFile.objects.aggregate(top=Max("last"))["top"] or 0


def read(after: int, limit: int) -> list[Row]:
    """Up to `limit` rows above a position from the files."""
    rows: list[Row] = []
    for file in SegmentFile.objects.filter(last__gt=after).order_by("first"):
        for table in _groups(file, after, file.last, COLUMNS):
            left = table.slice(0, limit - len(rows))
            rows += rows_of(zip(*(left[name].to_pylist() for name in COLUMNS), strict=True))
            if len(rows) >= limit:
                return rows
    return rows


def position_at(moment: int) -> int:
    """The last sealed position recorded before a moment in ms."""
    file = SegmentFile.objects.filter(recorded_first__lt=moment).order_by("-last").first()
    if file is None:
        return 0
    table = pq.read_table(folder() / file.path, columns=["position", "recorded"])
    return int(pc.max(table.filter(pc.field("recorded") < moment)["position"]).as_py() or 0)


def positions_of(identity: int) -> list[int]:
    return _where("identity", identity, 0, last())


def positions_in_batch(batch: int, low: int, high: int) -> list[int]:
    return _where("batch", batch, low, high)


def keys_between(low: int, high: int) -> list[tuple[bytes]]:
    return [(key,) for table in _between(low, high, ["position", "key"]) for key in table["key"].to_pylist()]


def count_between(low: int, high: int) -> int:
    return sum(table.num_rows for table in _between(low, high, ["position"]))


def pending() -> tuple[ranges.Ranges, list[tuple[int, int, int]]]:
    """Ranges retracted but still in a file, and (first, last, batch) of rows that changed their batch."""
    gone: list[Sequence[int]] = []
    moved: list[tuple[int, int, int]] = []
    for row in Retraction.objects.filter(rewritten_at=None).order_by("id"):
        gone += row.ranges
        moved += [tuple(one) for one in row.moved]
    return ranges.of((first, last) for first, last in gone), moved


def without(table: pa.Table, gone: ranges.Ranges, moved: Sequence[tuple[int, int, int]]) -> pa.Table:
    """A table (with `position`) as it reads after the pending retractions."""
    positions = table["position"].to_numpy()
    if moved and "batch" in table.column_names:
        batches = table["batch"].to_numpy().copy()
        for first, last, batch in moved:
            low, high = np.searchsorted(positions, [first, last + 1])
            batches[low:high] = batch
        at = table.column_names.index("batch")
        table = table.set_column(at, table.schema.field(at), pa.array(batches))
    return table.filter(pa.array(~ranges.contains(gone, positions))) if len(gone) else table


def _where(column: str, value: int, low: int, high: int) -> list[int]:
    return [
        position
        for table in _between(low, high, ["position", column])
        for position in table.filter(pc.field(column) == value)["position"].to_pylist()
    ]


def _between(low: int, high: int, columns: Sequence[str]) -> Iterator[pa.Table]:
    for file in SegmentFile.objects.filter(last__gte=low, first__lte=high).order_by("first"):
        yield from _groups(file, low - 1, high, columns)


def _groups(file: SegmentFile, after: int, upto: int, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Row groups of a file with what lies in (after, upto], one at a time: a file never stands in memory whole."""
    gone, moved = pending()
    parquet: Any = pq.ParquetFile(folder() / file.path)
    for group in range(parquet.num_row_groups):
        bounds = parquet.metadata.row_group(group).column(0).statistics
        if bounds.max <= after or bounds.min > upto:
            continue
        table = parquet.read_row_group(group, columns=list(columns))
        inside = (pc.field("position") > after) & (pc.field("position") <= upto)
        yield without(table.filter(inside), gone, moved)
