"""How do ClickHouse's moments become Arrow's? `DateTime` leaves chDB as a bare uint32; here, and only here, it becomes a timestamp."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

MOMENT = pa.timestamp("s", tz="UTC")


def may_hold_moments(schema: pa.Schema) -> bool:
    """Whether any column could be one of moments; the names of the types tell it from a number."""
    return any(_is_bare(kind) for kind in schema.types)


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
    if not _is_bare(column.type):
        return column
    if pa.types.is_list(column.type):
        return column.cast(pa.list_(pa.int64())).cast(pa.list_(MOMENT))
    return column.cast(pa.int64()).cast(MOMENT)


def _is_bare(kind: pa.DataType) -> bool:
    """As chDB hands a moment over, or a list of them."""
    return bool(pa.types.is_uint32(kind.value_type if pa.types.is_list(kind) else kind))
