"""What does a stretch of the log look like as a block for the column store?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weilu.core.events.rows import Row

LATEST = 2**32 - 1
"""Seconds: `DateTime` ends in 2106 and begins in 1970."""
LATE_SECONDS = 3600
DAYS = 1 << 17
"""More than there are days until 2106."""
YEARS_AN_INSERT = 100
"""ClickHouse refuses a block that spans more partitions, which here are years."""
ROW = pa.schema(
    [
        pa.field("position", pa.uint64()),
        pa.field("kind", pa.string()),
        pa.field("version", pa.uint8()),
        pa.field("happened", pa.int64()),
        pa.field("recorded", pa.int64()),
        pa.field("identity", pa.uint32()),
        pa.field("community", pa.uint32()),
        pa.field("room", pa.uint32()),
        pa.field("subject", pa.uint64()),
        pa.field("about", pa.uint64()),
        pa.field("target", pa.uint32()),
        pa.field("mentions", pa.list_(pa.uint32())),
        pa.field("source", pa.string()),
        pa.field("batch", pa.uint32()),
        pa.field("live", pa.bool_()),
        pa.field("value", pa.int64()),
        pa.field("properties", pa.string()),
    ]
)


def block_of(rows: Sequence[Row], interactions: Sequence[str]) -> pa.Table:
    """Rows of the log as rows of `weilu.events`. `interactions` are the kinds that count as taking part."""
    columns = zip(*rows, strict=True)
    block = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, ROW, strict=True)], schema=ROW
    )
    happened = block.column("happened").to_numpy()
    put = {
        "happened": _seconds(happened),
        "ms": pa.array(np.mod(happened, 1000), pa.uint16()),
        "recorded": _seconds(block.column("recorded").to_numpy()),
        "live": block.column("live").cast(pa.uint8()),
        "interaction": pc.is_in(block.column("kind"), pa.array(interactions, pa.string())).cast(pa.uint8()),
    }
    for name, column in put.items():
        at = block.schema.get_field_index(name)
        block = block.append_column(name, column) if at < 0 else block.set_column(at, name, column)
    return block


def inserts_of(block: pa.Table) -> Iterator[pa.Table]:
    """The block in as few parts as ClickHouse takes: nearly always one."""
    years = _years(block.column("happened").to_numpy())
    if years.max() - years.min() < YEARS_AN_INSERT:
        yield block
        return
    part = (years - years.min()) // YEARS_AN_INSERT
    for number in np.unique(part):
        yield block.filter(pa.array(part == number))


def late_days(block: pa.Table) -> set[tuple[int, dt.date]]:
    """Communities and days (UTC) whose counts may have been read before these rows came."""
    happened = block.column("happened").to_numpy().astype(np.int64)
    recorded = block.column("recorded").to_numpy().astype(np.int64)
    late = (block.column("live").to_numpy() == 0) | (recorded - happened > LATE_SECONDS)
    community = block.column("community").to_numpy()[late].astype(np.int64)
    pairs = np.unique(community * DAYS + happened[late] // 86_400)
    return {(int(pair // DAYS), dt.date(1970, 1, 1) + dt.timedelta(int(pair % DAYS))) for pair in pairs}


def _years(
    seconds: np.ndarray[tuple[int], np.dtype[np.uint32]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return seconds.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64)


def _seconds(ms: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Array:
    return pa.array(np.clip(ms // 1000, 0, LATEST), pa.uint32())
