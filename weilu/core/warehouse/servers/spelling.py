"""How does a statement with `{name:Type}` become one that every server understands? Values are spelled out, here and only here.

ClickHouse before 20 knows no parameters, so each value is written as a literal of its type. A value never meets the text
of another: placeholders are found once, in our own SQL, and what stands for them is not looked at again. Numbers are
written by us from integers, everything else stands in quotes with backslash, quote and control characters escaped.
Source of the escapes: https://clickhouse.com/docs/sql-reference/syntax#string
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

PLACEHOLDER = re.compile(r"(\bIN\s*)?\{(\w+):([^{}]+)\}")
WHOLE = re.compile(r"(U?)Int(8|16|32|64)")
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\0": "\\0"}
)


def spelled(sql: str, params: Mapping[str, object] | None) -> str:
    """The statement with its values in place. Raises ValueError where a value does not fit its type, KeyError where one lacks."""
    given = params or {}

    def put(found: re.Match[str]) -> str:
        within, name, type_ = found.group(1), found.group(2), found.group(3).strip()
        if within:
            return within + _listed(given[name], type_)
        return literal(given[name], type_)

    return PLACEHOLDER.sub(put, sql)


def literal(value: object, type_: str) -> str:
    """One value as SQL text of a ClickHouse type."""
    if inner := _inside(type_, "Nullable"):
        return f"CAST({'NULL' if value is None else literal(value, inner)} AS {type_})"
    if inner := _inside(type_, "LowCardinality"):
        return literal(value, inner)
    if inner := _inside(type_, "Array"):
        return f"CAST([{', '.join(literal(one, inner) for one in _several(value))}] AS {type_})"
    return _plain(value, type_)


def _listed(value: object, type_: str) -> str:
    """What stands behind IN: before 20 that is a list of literals or a SELECT, never an array."""
    inner = _inside(type_, "Array")
    if inner is None:
        raise ValueError(f"{type_} cannot stand behind IN")
    ones = _several(value)
    if not ones:
        return f"(SELECT {_none_of(inner)} LIMIT 0)"
    return f"({', '.join(literal(one, inner) for one in ones)})"


def _none_of(type_: str) -> str:
    return f"CAST({literal('' if type_ == 'String' else 0, type_)} AS {type_})"


def _inside(type_: str, outer: str) -> str | None:
    return type_[len(outer) + 1 : -1] if type_.startswith(f"{outer}(") and type_.endswith(")") else None


def _several(value: object) -> Sequence[object]:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    raise ValueError(f"a {type(value).__name__} is no array")


def _plain(value: object, type_: str) -> str:
    if whole := WHOLE.fullmatch(type_):
        return _whole(value, unsigned=bool(whole[1]), bits=int(whole[2]))
    if type_ == "String" and isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if type_ == "Bool" and isinstance(value, bool):
        return str(int(value))
    if type_ == "Float64" and isinstance(value, int | float):
        return f"toFloat64('{float(value)!r}')"
    if type_ == "Date" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"toDate('{value.isoformat()}')"
    if type_ == "DateTime('UTC')" and isinstance(value, dt.datetime):
        return f"toDateTime({_seconds(value)}, 'UTC')"
    raise ValueError(f"a {type(value).__name__} is no {type_}")


def _whole(value: object, *, unsigned: bool, bits: int) -> str:
    if not isinstance(value, int):
        raise ValueError(f"a {type(value).__name__} is no whole number")
    low, high = (0, 2**bits) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1))
    if not low <= value < high:
        raise ValueError(f"a number does not fit {bits} bits")
    return f"({int(value)})" if value < 0 else str(int(value))


def _seconds(moment: dt.datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be bound to a question")
    return int(moment.timestamp())
