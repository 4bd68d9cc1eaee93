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
from weilu.core.warehouse.question import READERS, Refused

Json = dict[str, Any]
_MISSING: Any = object()
DAY = dt.date(2018, 6, 1)
NUMBER, NOTHING = 1, None
"""What `peek` may meet."""


def schema() -> Json:
    """JSON Schema 2020-12 of a question, one alternative a kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Question",
        "description": "See docs/reference/questions.md. Own events are asked for by the name under which they were sent.",
        "oneOf": [_kind(kind) for kind in READERS],
    }


def _kind(kind: str) -> Json:
    found = _Found()
    for given, within, met, subject in product(
        (True, False), (True, False), (NOTHING, NUMBER), ("metric", "event")
    ):
        READERS[kind](_Blank(found, given=given, within=within, met=met, subject=subject))
    described = found.as_json()
    described["properties"]["kind"] = {"const": kind}
    described["required"].append("kind")
    if {"metric", "event"} <= described["properties"].keys():
        described["properties"]["metric"] = {"enum": [one.slug for one in metrics.all_metrics()]}
        described["oneOf"] = [{"required": ["metric"]}, {"required": ["event"]}]
    return described


class _Found:
    """What was looked for in one object, over all blanks."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Json]] = {}
        self.lacking: dict[str, int] = {}
        self.blanks = 0
        self.inner: dict[str, _Found] = {}

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
        self, found: _Found, *, given: bool, within: bool = False, met: Any = NOTHING, subject: str = ""
    ) -> None:
        self._found, self._given, self._within, self._met, self._subject = found, given, within, met, subject
        found.blanks += 1

    def has(self, name: str) -> bool:
        return self._given

    def peek(self, name: str) -> Any:
        return self._met

    def text(self, name: str, default: str = _MISSING) -> str:
        self._found.add(name, {"type": "string"}, default)
        return name if name not in ("metric", "event") or name == self._subject else ""

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
        self._found.add(name, {"type": "string", "format": "date"}, default)
        return DAY

    def names(self, name: str) -> tuple[str | int, ...] | None:
        one = {"type": ["string", "integer"]}
        self._found.add(name, {"anyOf": [one, {"type": "array", "items": one}]}, None)
        return ()

    def inner(self, name: str) -> Any:
        found = self._found.inner.setdefault(name, _Found())
        return _Blank(found, given=self._within)

    def refuse(self, sentence: str) -> None:
        raise Refused(sentence)

    def finish(self) -> None:
        return None
