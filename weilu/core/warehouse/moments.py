"""How do ClickHouse's moments become Arrow's? `DateTime` leaves chDB as a bare uint32; here, and only here, it becomes a timestamp."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

MOMENT = pa.timestamp("s", tz="UTC")


def mark_moments(table: pa.Table, types: Sequence[str]) -> pa.Table:
    """The table with every `DateTime`, `Nullable(DateTime)` and `Array(DateTime)` column as timestamps in seconds, UTC.

    `types` are ClickHouse's names of the columns' types, in order.
    """
    for index, name in enumerate(types):
        if "DateTime(" in name or name.rstrip(")").endswith("DateTime"):
            field = table.schema.field(index)
            column = _as_moments(table.column(index))
            table = table.set_column(index, pa.field(field.name, column.type), column)
    return table


def _as_moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_uint32(column.type):
        return column.cast(pa.int64()).cast(MOMENT)
    if pa.types.is_list(column.type) and pa.types.is_uint32(column.type.value_type):
        return column.cast(pa.list_(pa.int64())).cast(pa.list_(MOMENT))
    return column
