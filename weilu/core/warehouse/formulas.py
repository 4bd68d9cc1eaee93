"""What is computed from several measures? Sums, differences, products and quotients, read from a line such as `a / b * 100`."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import WHERE, Condition, where_of

LONGEST, MOST_PARTS, MOST_MEASURES = 200, 60, 10
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
MEASURE_NAMES = ("count", "members", "sum")
ONE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "metric": {"type": "string"},
        "event": {"type": "string"},
        "measure": {"enum": list(MEASURE_NAMES)},
        "where": WHERE,
    },
    "oneOf": [{"required": ["metric"]}, {"required": ["event"]}],
    "dependentRequired": {"where": ["event"]},
}
NAMED = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": MOST_MEASURES,
    "propertyNames": {"pattern": f"^{_NAME.pattern}$"},
    "additionalProperties": ONE,
}
"""JSON Schema of `measures`."""
_SIGNS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Named:
    """One measure of a formula; of metric and event one is empty."""

    name: str
    metric: str = ""
    event: str = ""
    measure: str = "count"
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    text: str
    measures: tuple[Named, ...]


def formula_of(fields: Fields) -> Formula | None:
    """A formula and its measures; None where there is none."""
    text, given = fields.text("formula", ""), fields.raw("measures", NAMED)
    if given is None or not text:
        if given is not None or (text and text != "formula"):
            fields.refuse(
                _("“formula” and “measures” belong together: give each measure of the formula a name.")
            )
        return None
    measures = tuple(_measures(fields, given))
    problem = _problem(text, {one.name for one in measures})
    if problem:
        fields.refuse(problem)
    return Formula(text, measures)


def _measures(fields: Fields, given: object) -> Iterator[Named]:
    inner = fields.inner("measures")
    if (
        not isinstance(given, dict)
        or not 0 < len(given) <= MOST_MEASURES
        or not all(map(_NAME.fullmatch, given))
    ):
        fields.refuse(_("“measures” must be an object of 1 to %(most)s measures with names such as a, b or orders.")
                      % {"most": MOST_MEASURES})  # fmt: skip
    for name in given:
        one = inner.inner(name)
        metric, event = one.text("metric", ""), one.text("event", "")
        if bool(metric) == bool(event):
            fields.refuse(_("“%(name)s” names either a metric or an event.") % {"name": one.called("metric")})
        measure = one.choice("measure", MEASURE_NAMES, "count") if event else "count"
        where = where_of(one) if event else ()
        one.finish()
        yield Named(name, metric, event, measure, where)


def _problem(text: str, names: set[str]) -> str:
    """Why a formula cannot be computed; empty where it can."""
    tree = _tree(text)
    if tree is None:
        return _(
            "“formula” cannot be read. It has names of measures, numbers, + - * / and brackets, as in (a - b) / c * 100."
        )
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _constant(node.right) == 0:
            return _("“formula” divides by zero: “%(part)s”.") % {"part": ast.unparse(node)}
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    if unknown := sorted(used - names):
        return _("“formula” names “%(name)s”, which is not among “measures”.") % {"name": unknown[0]}
    if idle := sorted(names - used):
        return _("“measures” has “%(name)s”, which the formula does not use.") % {"name": idle[0]}
    return ""


def _tree(text: str) -> ast.expr | None:
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    sound = tree is not None and len(list(ast.walk(tree))) <= MOST_PARTS * 2 and _sound(tree)
    return tree if sound else None


def _sound(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in _SIGNS and _sound(node.left) and _sound(node.right)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _sound(node.operand)
    if isinstance(node, ast.Constant):
        return (
            isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
            and abs(node.value) < 1e15
        )
    return isinstance(node, ast.Name)


def _constant(node: ast.expr) -> float | None:
    """The value of a part without measures."""
    return None if any(isinstance(one, ast.Name) for one in ast.walk(node)) else _value(node, {})


def computed(text: str, values: Mapping[str, float | None]) -> float | None:
    """The value of a formula that was read before; None where a measure has none, something is divided by
    zero, or the number is larger than any."""
    tree = _tree(text)
    assert tree is not None, "formulas are read before they are computed"
    try:
        found = _value(tree, values)
    except OverflowError:
        return None
    return found if found is None or math.isfinite(found) else None


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, int | float)
        return node.value
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, values)
        return None if operand is None else -operand
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, values), _value(node.right, values)
    if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
        return None
    return _SIGNS[type(node.op)](left, right)
