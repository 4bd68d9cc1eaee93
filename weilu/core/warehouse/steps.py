"""Which doings count? An event, and what must be true of it: read from a question, or refused with the part's name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields

Scalar = str | int | float | bool
EQUAL, UNEQUAL, AMONG, EXISTS = "eq", "ne", "in", "exists"
LIMITS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
VALUE, SOURCE = "value", "source"
"""Conditions on what every event carries; any other name is one of its properties."""
MOST_CONDITIONS, MOST_VALUES, LONGEST = 10, 100, 1000
WHOLE = 2**63
_SCALAR = {"type": ["string", "number", "boolean"]}
_SCALARS = {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": MOST_VALUES}
WHERE: dict[str, Any] = {
    "type": "object",
    "maxProperties": MOST_CONDITIONS,
    "additionalProperties": {
        "anyOf": [
            _SCALAR,
            _SCALARS,
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    EQUAL: _SCALAR,
                    UNEQUAL: _SCALAR,
                    AMONG: _SCALARS,
                    EXISTS: {"type": "boolean"},
                    **{name: {"type": "number"} for name in LIMITS},
                },
            },
        ]
    },
}
"""JSON Schema of `where`."""

STEP = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["event"],
            "additionalProperties": False,
            "properties": {"event": {"type": "string"}, "where": WHERE},
        },
    ]
}
"""JSON Schema of an event by its name, or with conditions."""

SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
LONGEST_WINDOW = 3_660 * 86_400
_WINDOW = re.compile(r"([0-9]{1,6})([mhdw])")
WINDOW = {"type": "string", "pattern": r"^[0-9]{1,6}[mhdw]$"}


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` are one for a comparison, several for `in`; of `exists` true or false. Of two conditions one may say 1 and the
    other true, which in Python are equal and hash alike: `types` tell them apart, so that neither takes the other's answer."""

    name: str
    op: str
    values: tuple[Scalar, ...]
    types: tuple[type, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", tuple(map(type, self.values)))


@dataclass(frozen=True, slots=True)
class Step:
    """An event by its kind, `interaction` or `*`; all conditions must hold."""

    event: str
    where: tuple[Condition, ...] = ()

    def named(self, kind_of: Callable[[str], str]) -> Step:
        """With the event as it is called in the log."""
        return replace(self, event=kind_of(self.event))

    @property
    def properties(self) -> list[str]:
        return properties_of(self.where)


def properties_of(where: Sequence[Condition]) -> list[str]:
    """Names of the event's own properties that conditions speak of."""
    return [one.name for one in where if one.name not in (VALUE, SOURCE)]


def steps_of(fields: Fields, name: str, low: int, high: int) -> tuple[Step, ...]:
    """A list of events with their conditions."""
    return tuple(_step(one) for one in fields.each(name, low, high))


def step_of(fields: Fields, name: str) -> Step:
    """One event, by its name alone or with its conditions."""
    given = fields.raw(name, STEP, needed=True)
    if isinstance(given, dict):
        return _step(fields.inner(name))
    return Step("" if given is None else fields.text(name))


def _step(fields: Fields) -> Step:
    step = Step(fields.text("event"), where_of(fields))
    fields.finish()
    return step


def where_of(fields: Fields) -> tuple[Condition, ...]:
    """The conditions under `where`; none where it is lacking."""
    given = fields.raw("where", WHERE)
    if given is None:
        return ()
    called = fields.called("where")
    if not isinstance(given, dict) or not all(isinstance(name, str) and name for name in given):
        fields.refuse(_("“%(name)s” must be an object.") % {"name": called})
    if len(given) > MOST_CONDITIONS:
        fields.refuse(_("“%(name)s” can have at most %(most)s conditions.")
                      % {"name": called, "most": MOST_CONDITIONS})  # fmt: skip
    return tuple(
        one for name, told in given.items() for one in _conditions(fields, f"{called} › {name}", name, told)
    )


def conditions_on(fields: Fields, part: str, name: str) -> tuple[Condition, ...]:
    """The conditions on one thing, called `name`, under a part of its own; where that is lacking, that there is one."""
    told = fields.raw(part, WHERE["additionalProperties"])
    return tuple(_conditions(fields, fields.called(part), name, {EXISTS: True} if told is None else told))


def _conditions(fields: Fields, called: str, name: str, told: object) -> list[Condition]:
    if not isinstance(told, dict):
        told = {AMONG if isinstance(told, list) else EQUAL: told}
    if not told:
        fields.refuse(
            _('“%(name)s” says nothing. Give a value, or for example {"gte": 100}.') % {"name": called}
        )
    return [_condition(fields, called, name, op, value) for op, value in told.items()]


def _condition(fields: Fields, called: str, name: str, op: str, value: Any) -> Condition:
    if op in LIMITS:
        if not is_number(value):
            fields.refuse(_("“%(name)s” must be a number.") % {"name": f"{called} › {op}"})
        return Condition(name, op, (value,))
    if op == EXISTS:
        if not isinstance(value, bool):
            fields.refuse(_("“%(name)s” must be true or false.") % {"name": f"{called} › {op}"})
        return Condition(name, op, (value,))
    if op not in (EQUAL, UNEQUAL, AMONG):
        known = ", ".join((EQUAL, UNEQUAL, AMONG, *LIMITS, EXISTS))
        fields.refuse(_("“%(name)s” cannot be compared by “%(op)s”. There are: %(known)s.")
                      % {"name": called, "op": op, "known": known})  # fmt: skip
    several = value if op == AMONG else [value]
    if not isinstance(several, list) or not 0 < len(several) <= MOST_VALUES:
        fields.refuse(_("“%(name)s” must be a list of 1 to %(most)s values.")
                      % {"name": f"{called} › {op}", "most": MOST_VALUES})  # fmt: skip
    if not all(is_number(one) or isinstance(one, bool) or _word(one) for one in several):
        fields.refuse(_("“%(name)s” takes words of up to %(most)s characters, numbers, true and false.")
                      % {"name": called, "most": LONGEST})  # fmt: skip
    return Condition(name, op, tuple(several))


def is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and -WHOLE <= value < WHOLE


def _word(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def window_of(fields: Fields, name: str = "window") -> int | None:
    """A length of time such as `7d` in seconds; None where it is lacking."""
    told = fields.raw(name, WINDOW)
    if told is None:
        return None
    found = _WINDOW.fullmatch(told) if isinstance(told, str) else None
    seconds = int(found[1]) * SECONDS[found[2]] if found else -1
    if seconds == 0:
        fields.refuse(_("“%(name)s” is zero long: nothing can happen in it. Give for example 7d.")
                      % {"name": fields.called(name)})  # fmt: skip
    if not 0 < seconds <= LONGEST_WINDOW:
        fields.refuse(_("“%(name)s” must be a length of time such as 30m, 12h, 7d or 4w, of at most ten years.")
                      % {"name": fields.called(name)})  # fmt: skip
    return seconds


def repeated(steps: Sequence[Step]) -> tuple[int, int] | None:
    """The numbers of the first two that are the same."""
    seen: dict[object, int] = {}
    for number, step in enumerate(steps, 1):
        same = (step.event, frozenset(map(_said, step.where)))
        if same in seen:
            return seen[same], number
        seen[same] = number
    return None


def _said(one: Condition) -> tuple[object, ...]:
    """What two conditions share that ask for the same: 100 and 100.0 are one number, 1 and true are not one thing."""
    return (one.name, one.op, tuple((isinstance(value, bool), value) for value in one.values))
