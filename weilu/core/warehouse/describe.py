"""Which questions can be asked, as a JSON Schema? Found by letting the very readers that check a question read a blank one.

A reader takes one turn or another by what it meets: a point inside `point` or beside the question, a day or a position. So
each reads several blanks, and what it looked for in any of them is described. What the schema cannot say (a point of a row
that the answer has, people and events at once, names of communities) is told by the sentence of a refusal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import product
from typing import Any

from weilu.core import metrics
from weilu.core.segments.people import RANDOM
from weilu.core.segments.reading import AND, NOT, OR, words
from weilu.core.warehouse.question import READERS, Refused

Json = dict[str, Any]
_MISSING: Any = object()
DAY = dt.date(2018, 6, 1)
NUMBER, NOTHING, EVENT = 1, None, "event"
"""What `peek` may meet; an event only in place of a day."""
EITHER = (("metric", "after", "from"), ("event", "before", "to"))
"""Parts of which a question has one or the other, or as an event."""
_DAYS = ("from", "to")
NO_DAY = {"not": {"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}}


def schema() -> Json:
    """JSON Schema 2020-12 of a question, one alternative a kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Question",
        "description": "See docs/reference/questions.md. Own events are asked for by the name under which they were sent.",
        "oneOf": [_kind(kind) for kind in READERS],
        "$defs": {"rule": _rule()},
    }


def _kind(kind: str) -> Json:
    found = _Found()
    for given, within, met, subject in product(
        (True, False), (True, False), (NOTHING, NUMBER, EVENT), EITHER
    ):
        READERS[kind](_Blank(found, given=given, within=within, met=met, subject=subject))
    described = found.as_json()
    described["properties"]["kind"] = {"const": kind}
    described["required"].append("kind")
    if {"metric", "event"} <= described["properties"].keys():
        described["properties"]["metric"] = {"enum": [one.slug for one in metrics.all_metrics()]}
        computed = [{"required": ["formula", "measures"]}] if "formula" in described["properties"] else []
        described["oneOf"] = [{"required": ["metric"]}, {"required": ["event"]}, *computed]
        described["dependentRequired"] = {"measure": ["event"], "where": ["event"]}
    if {"after", "before"} <= described["properties"].keys():
        in_place = [{"required": [name], "properties": {name: NO_DAY}} for name in ("from", "to")]
        described["anyOf"] = [{"required": ["after"]}, {"required": ["before"]}, *in_place]
    return described


def _rule() -> Json:
    """And, or and not over conditions, each known by its word; what else stands in one is told by docs/reference/segments.md."""
    rule = {"$ref": "#/$defs/rule"}
    several = {"type": "array", "items": rule, "minItems": 1}
    joints = {AND: several, OR: several, NOT: rule}
    return {
        "oneOf": [
            *({"type": "object", "properties": {word: one}, "required": [word], "additionalProperties": False}
              for word, one in joints.items()),
            *({"type": "object", "required": [word]} for word in words()),
        ]
    }  # fmt: skip


class _Found:
    """What was looked for in one object, over all blanks."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Json]] = {}
        self.lacking: dict[str, int] = {}
        self.blanks = 0
        self.inner: dict[str, _Found] = {}
        self.listed: dict[str, tuple[_Found, Json]] = {}

    def add(self, name: str, described: Json, default: Any) -> None:
        known = self.parts.setdefault(name, [])
        if default not in (_MISSING, None, ""):
            described = {**described, "default": default}
        if described not in known:
            known.append(described)
        self.lacking[name] = self.lacking.get(name, 0) + (default is _MISSING)

    def as_json(self) -> Json:
        parts = {name: some[0] if len(some) == 1 else {"anyOf": some} for name, some in self.parts.items()}
        parts |= {name: one.as_json() for name, one in self.inner.items()}
        parts |= {name: {**limits, "items": one.as_json()} for name, (one, limits) in self.listed.items()}
        required = sorted(name for name, times in self.lacking.items() if times == self.blanks)
        return {
            "type": "object",
            "properties": dict(sorted(parts.items())),
            "required": required,
            "additionalProperties": False,
        }


class _Blank:
    """Stands for the fields of a question and notes what is asked of it. Parts that may be lacking are there if `given`,
    those of the point inside it if `within`."""

    def __init__(
        self,
        found: _Found,
        *,
        given: bool,
        within: bool = False,
        met: Any = NOTHING,
        subject: Sequence[str] = (),
    ) -> None:
        self._found, self._given, self._within, self._met, self._subject = found, given, within, met, subject
        found.blanks += 1

    def has(self, name: str) -> bool:
        return self._given

    def peek(self, name: str) -> Any:
        return self._met if self._met != EVENT or (name in _DAYS and name in self._subject) else NOTHING

    def text(self, name: str, default: str = _MISSING) -> str:
        self._found.add(name, {"type": "string"}, default)
        other = name not in _DAYS and any(name in some for some in EITHER if some != self._subject)
        return "" if self._subject and other else name

    def choice(self, name: str, choices: Sequence[str], default: str = _MISSING) -> str:
        self._found.add(name, {"enum": list(choices)}, default)
        return choices[0]

    def number(self, name: str, low: int, high: int, default: int = _MISSING) -> int:
        self._found.add(name, {"type": "integer", "minimum": low, "maximum": high}, default)
        return low

    def flag(self, name: str) -> bool:
        self._found.add(name, {"type": "boolean"}, False)
        return False

    def day(self, name: str, default: dt.date | None = _MISSING) -> dt.date | None:
        self._found.add(name, {"type": "string", "format": "date"}, _MISSING if default is _MISSING else None)
        return DAY

    def names(self, name: str) -> tuple[str | int, ...] | None:
        one = {"type": ["string", "integer"]}
        self._found.add(name, {"anyOf": [one, {"type": "array", "items": one}]}, None)
        return ()

    def mapping(self, name: str) -> Any:
        self._found.add(name, {"$ref": "#/$defs/rule"}, _MISSING)
        return {RANDOM: {"percent": 50}}

    def inner(self, name: str) -> Any:
        found = self._found.inner.setdefault(name, _Found())
        return _Blank(found, given=self._within)

    def each(self, name: str, low: int, high: int) -> list[Any]:
        limits: Json = {"type": "array", "minItems": low, "maxItems": high}
        found, _ = self._found.listed.setdefault(name, (_Found(), limits))
        if low:
            self._found.lacking[name] = self._found.lacking.get(name, 0) + 1
        return [_Blank(found, given=self._given)]

    def numbers(self, name: str, low: int, high: int, most: int) -> tuple[int, ...]:
        one: Json = {"type": "integer", "minimum": low, "maximum": high}
        self._found.add(name, {"type": "array", "maxItems": most, "items": one}, None)
        return ()

    def raw(self, name: str, described: Json, *, needed: bool = False) -> None:
        self._found.add(name, described, _MISSING if needed else None)

    def called(self, name: str) -> str:
        return name

    def refuse(self, sentence: str) -> None:
        raise Refused(sentence)

    def finish(self) -> None:
        return None
