"""What stands in the sealed files? Reads Parquet parts of the log by the manifest."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Max

from weilu.core.events.models import SegmentFile
from weilu.core.events.rows import COLUMNS, Row, rows_of


def folder() -> Path:
    path: Path = settings.HOME / "log"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def generation() -> int:
    """Changes whenever a file is added or rewritten (each gets a new manifest row)."""
    return SegmentFile.objects.aggregate(top=Max("id"))["top"] or 0


def last() -> int:
    """The last sealed position."""
    return SegmentFile.objects.aggregate(top=Max("last"))["top"] or 0


def read(after: int, limit: int) -> list[Row]:
    """Up to `limit` rows above a position from the files."""
    rows: list[Row] = []
    for file in SegmentFile.objects.filter(last__gt=after).order_by("first"):
        if len(rows) >= limit:
            break
        rows += _read(folder() / file.path, after, limit - len(rows))
    return rows


def position_at(moment: int) -> int:
    """The last sealed position recorded before a moment in ms."""
    file = SegmentFile.objects.filter(recorded_first__lt=moment).order_by("-last").first()
    if file is None:
        return 0
    table = pq.read_table(folder() / file.path, columns=["position", "recorded"])
    return int(pc.max(table.filter(pc.field("recorded") < moment)["position"]).as_py() or 0)


def _read(path: Path, after: int, limit: int) -> list[Row]:
    file = pq.ParquetFile(path)
    rows: list[Row] = []
    for group in range(file.num_row_groups):
        statistics = file.metadata.row_group(group).column(0).statistics
        if statistics.max <= after or len(rows) >= limit:
            continue
        table = file.read_row_group(group, columns=list(COLUMNS)).filter(pc.field("position") > after)
        table = table.slice(0, limit - len(rows))
        rows += rows_of(zip(*(table[name].to_pylist() for name in COLUMNS), strict=True))
    return rows
