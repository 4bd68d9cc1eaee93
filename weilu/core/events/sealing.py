"""When does the log become files? What is loaded and 30 days old: Parquet, synced, read back, then the rows go.

The manifest row and the deletion share one transaction, so a reader finds every row in exactly one place. Private text
and keys stay in the database: text must be erasable at once, keys must meet repeats for good.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from weilu.core import clock
from weilu.core.errors import Unavailable
from weilu.core.events import sealed, spool, store
from weilu.core.events.lock import lock
from weilu.core.events.models import SegmentFile
from weilu.core.events.rows import COLUMNS

AGE = dt.timedelta(days=30)
FILE_ROWS = 200_000
GROUP_ROWS = 50_000

SCHEMA = pa.schema(
    [
        ("position", pa.int64()), ("kind", pa.string()), ("version", pa.int16()), ("happened", pa.int64()),
        ("recorded", pa.int64()), ("identity", pa.int64()), ("community", pa.int64()), ("room", pa.int64()),
        ("subject", pa.int64()), ("about", pa.int64()), ("target", pa.int64()), ("mentions", pa.string()),
        ("source", pa.string()), ("batch", pa.int64()), ("live", pa.int16()), ("value", pa.int64()),
        ("properties", pa.string()), ("key", pa.binary(22)),
    ]
)  # fmt: skip

_OLD = f"""SELECT {", ".join((*COLUMNS, "key"))} FROM events_logentry
    WHERE position > %s AND position <= %s AND recorded < %s ORDER BY position LIMIT %s"""  # noqa: S608


def seal(now: dt.datetime, loaded: int) -> int:
    """Seal what is older than 30 days and stands in the column store up to position `loaded`; returns the rows sealed."""
    sealed_rows = 0
    sweep()
    while True:
        with lock():
            rows = store.execute(_OLD, [sealed.last(), loaded, clock.to_ms(now - AGE), FILE_ROWS])
            if not rows:
                return sealed_rows
            _seal(_table(rows))
            sealed_rows += len(rows)


def write(table: pa.Table) -> Path:
    """The table as a synced file, read back and compared."""
    positions = table["position"]
    first, last = positions[0].as_py(), positions[-1].as_py()
    path = sealed.folder() / f"{first:012d}-{last:012d}-{secrets.token_hex(4)}.parquet"
    pq.write_table(table, path, compression="zstd", row_group_size=GROUP_ROWS)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    spool.sync_folder(path.parent)
    if not pq.read_table(path, schema=SCHEMA).equals(table):
        path.unlink()
        raise Unavailable(
            "A sealed file did not read back as it was written; check the disk.", file=path.name
        )
    return path


def entry(table: pa.Table, path: Path, first: int, last: int) -> SegmentFile:
    """The manifest row of a file that stands for the positions from `first` to `last`."""
    recorded = table["recorded"]
    return SegmentFile(
        first=first,
        last=last,
        rows=table.num_rows,
        recorded_first=recorded[0].as_py(),
        recorded_last=recorded[-1].as_py(),
        path=path.name,
        bytes=path.stat().st_size,
    )


def _seal(table: pa.Table) -> None:
    path = write(table)
    first, last = table["position"][0].as_py(), table["position"][-1].as_py()
    with transaction.atomic(using=settings.LOG_DATABASE):
        entry(table, path, first, last).save()
        store.execute("DELETE FROM events_logentry WHERE position BETWEEN %s AND %s", [first, last])


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    columns[-1] = tuple(bytes(key) for key in columns[-1])
    return pa.table(
        [pa.array(values, type=field.type) for values, field in zip(columns, SCHEMA, strict=True)],
        schema=SCHEMA,
    )


def sweep() -> None:
    """Remove files of a sealing that died before its manifest row, or of a purge that died after it."""
    with lock():
        known = set(SegmentFile.objects.values_list("path", flat=True))
        for path in sealed.folder().iterdir():
            if path.name not in known:
                path.unlink()
