"""How is a Python value written as the text of a bound ClickHouse parameter?

Values never become part of the SQL. A lone value is read by ClickHouse in its escaped form (as in tab-separated files), an
element of an array in its quoted form; chDB's own rendering of lists does not quote, so it is done here.
Source: https://clickhouse.com/docs/interfaces/cli#cli-queries-with-parameters
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\0": "\\0", "'": "\\'"}
)


def bind(params: Mapping[str, object] | None) -> dict[str, str]:
    """Parameters by name as ClickHouse text. Moments must be aware; sets and tuples become arrays."""
    return {name: lone(value) for name, value in (params or {}).items()}


def lone(value: object) -> str:
    """One value as a parameter's whole text."""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if value is None:
        return "\\N"
    return _plain(value)


def _element(value: object) -> str:
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if value is None:
        return "NULL"
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"'{value.isoformat()}'"
    return _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.datetime):
        return str(_seconds(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return _array(sorted(value))
    if isinstance(value, Sequence):
        return _array(value)
    raise TypeError(f"a {type(value).__name__} cannot be bound to a question")


def _array(values: Sequence[object]) -> str:
    return "[" + ",".join(map(_element, values)) + "]"


def _seconds(moment: dt.datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be bound to a question")
    return int(moment.timestamp())
