"""Which events fit a step? Its kind and its conditions as SQL.

Properties are flat JSON as `orjson` writes it: no blanks, keys in order. So their text is found by the oldest functions there
are for it, which every server knows.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from weilu.core.warehouse.compile.source import ANY, INTERACTION, Bound, doing
from weilu.core.warehouse.steps import EXISTS, LIMITS, SOURCE, UNEQUAL, VALUE, Condition, Scalar, Step


def fitting(step: Step, bound: Bound) -> str:
    """The condition that an event fits a step, 0 or 1."""
    return meeting((step.event,), step.where, bound)


def meeting(kinds: Sequence[str], where: Sequence[Condition], bound: Bound) -> str:
    """The condition of having done one of these kinds, of which all conditions hold, 0 or 1."""
    return " AND ".join([doing(bound, kinds), *(_holds(one, bound) for one in where)])


def any_of(steps: Sequence[Step], bound: Bound) -> str:
    plain = [one.event for one in steps if not one.where and one.event not in (ANY, INTERACTION)]
    others = [fitting(one, bound) for one in steps if one.where or one.event not in plain]
    return " OR ".join(f"({one})" for one in ([doing(bound, plain)] if plain else []) + others) or "0"


def property_text(name: str, bound: Bound) -> str:
    """A property as text, without quotes; empty where it is lacking."""
    called = bound(_key(name), "String")
    raw = f"visitParamExtractRaw(properties, {called})"
    return f"if(substring({raw}, 1, 1) = '\"', visitParamExtractString(properties, {called}), {raw})"


def number_of(name: str, bound: Bound) -> str:
    """The event's value, or a property that is a number; null where it is none."""
    return "value" if name == VALUE else f"toFloat64OrNull({_raw(name, bound)})"


def has_property(name: str, bound: Bound) -> str:
    return f"{_raw(name, bound)} != ''"


def _holds(one: Condition, bound: Bound) -> str:
    if one.op == EXISTS:
        there = _there(one.name, bound)
        return there if one.values[0] else f"NOT ({there})"
    if one.op in LIMITS:
        return f"ifNull({_number(one, one.values[0], bound)} {LIMITS[one.op]} {_bound(one, one.values[0], bound)}, 0)"
    among = " OR ".join(_equals(one, value, bound) for value in one.values)
    return f"NOT ({among})" if one.op == UNEQUAL else f"({among})"


def _there(name: str, bound: Bound) -> str:
    if name == VALUE:
        return "isNotNull(value)"
    return "source != ''" if name == SOURCE else f"{_raw(name, bound)} NOT IN ('', 'null')"


def _equals(one: Condition, value: Scalar, bound: Bound) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"ifNull({_number(one, value, bound)} = {_bound(one, value, bound)}, 0)"
    if one.name == SOURCE and isinstance(value, str):
        return f"source = {bound(value, 'String')}"
    if one.name in (VALUE, SOURCE):
        return "0"
    return f"{_raw(one.name, bound)} = {bound(orjson.dumps(value).decode(), 'String')}"


def _number(one: Condition, value: Scalar, bound: Bound) -> str:
    """What a number is compared with; null where the event has none."""
    if one.name == VALUE:
        return "toFloat64(value)" if isinstance(value, float) else "value"
    return (
        "CAST(NULL AS Nullable(Float64))"
        if one.name == SOURCE
        else f"toFloat64OrNull({_raw(one.name, bound)})"
    )


def _bound(one: Condition, value: Scalar, bound: Bound) -> str:
    whole = one.name == VALUE and isinstance(value, int)
    return bound(value, "Int64") if whole else bound(float(value), "Float64")


def _raw(name: str, bound: Bound) -> str:
    return f"visitParamExtractRaw(properties, {bound(_key(name), 'String')})"


def _key(name: str) -> str:
    """As it stands between the quotes of the JSON text."""
    return orjson.dumps(name).decode()[1:-1]
