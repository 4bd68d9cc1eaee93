"""How do the servers' columns become Arrow's, and ours theirs?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from weilu.core.warehouse.moments import MOMENT

PLAIN = {
    "UInt8": pa.uint8(),
    "UInt16": pa.uint16(),
    "UInt32": pa.uint32(),
    "UInt64": pa.uint64(),
    "Int8": pa.int8(),
    "Int16": pa.int16(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "Float32": pa.float32(),
    "Float64": pa.float64(),
    "String": pa.string(),
    "Bool": pa.bool_(),
    "Date": pa.date32(),
    "UUID": pa.string(),
    "Nothing": pa.null(),
}
DECIMAL = re.compile(r"Decimal\((\d+), ?(\d+)\)")
WRAPPERS = ("Nullable(", "LowCardinality(")


def arrow_type(name: str) -> pa.DataType:
    """Arrow's type for ClickHouse's. Raises ValueError for one that no question of ours returns."""
    for wrapper in WRAPPERS:
        if name.startswith(wrapper):
            return arrow_type(name[len(wrapper) : -1])
    if name.startswith("Array("):
        return pa.list_(arrow_type(name[6:-1]))
    if name == "DateTime('UTC')":
        return MOMENT
    if exact := DECIMAL.fullmatch(name):
        return pa.decimal128(int(exact[1]), int(exact[2]))
    if name not in PLAIN:
        raise ValueError(f"an answer has a column of type {name}, which nobody reads")
    return PLAIN[name]


def table_of(names: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]) -> pa.Table:
    """(name, ClickHouse type) and values column by column as an Arrow table; without rows the columns are empty."""
    found = columns or [()] * len(names)
    return pa.table(
        {
            name: pa.array(values, arrow_type(type_))
            for (name, type_), values in zip(names, found, strict=True)
        }
    )


def values_of(rows: pa.Table) -> list[list[Any]]:
    """An Arrow table as Python values column by column, moments as whole seconds since 1970."""
    return [_column(rows.column(number)) for number in range(rows.num_columns)]


def _column(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(MOMENT).cast(pa.int64())
    elif pa.types.is_list(kind) and pa.types.is_timestamp(kind.value_type):
        column = column.cast(pa.list_(MOMENT)).cast(pa.list_(pa.int64()))
    values: list[Any] = column.to_pylist()
    return values
