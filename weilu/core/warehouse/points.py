"""Which number of an answer is meant, and is it the number itself that is wanted or who stands behind it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.funnels import MOST_STEPS
from weilu.core.warehouse.responses import ASKED, WHICH
from weilu.core.warehouse.retentions import MOST_PERIODS
from weilu.core.warehouse.steps import is_number

ANSWER, PEOPLE, EVENTS = "answer", "people", "events"


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the answer, named by its own columns. What does not belong to the kind is None."""

    at: str | None = None
    by: str | None = None
    weekday: int | None = None
    hour: int | None = None
    cohort: str | None = None
    period: int | None = None
    origin: str | None = None
    goal: str | None = None
    step: int | None = None
    lost: bool = False
    path: tuple[str, ...] | None = None
    low: float | None = None
    below: float | None = None
    which: str = ASKED


NOWHERE = Point()
_COLUMNS: dict[str, str] = {"origin": "from_state", "goal": "to_state"}
"""Where a column of the answer is called differently from the part of `Point`."""
_SHARED = frozenset({"by", "period"})
"""Names that mean something else at the top of a question; at a point they stand inside `point`."""


def point_of(fields: Fields, *names: str) -> tuple[str, Point]:
    """What is wanted, and the point it is wanted of: inside `point`, or its columns beside the question."""
    people, events = fields.flag("people"), fields.flag("events")
    if people and events:
        fields.refuse(_("Ask for the people or for the events behind a number, not for both at once."))
    inner = fields.inner("point")
    found: dict[str, Any] = {}
    for name in names:
        column = _COLUMNS.get(name, name)
        source = inner if inner.has(column) else fields
        if source.has(column) and (source is inner or name not in _SHARED):
            found[name] = _LIMITS[name](source, column)
    inner.finish()
    return (PEOPLE if people else EVENTS if events else ANSWER), Point(**found)


def _word(fields: Fields, name: str) -> str:
    return fields.text(name, "")


def _names(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(map(str, fields.names(name) or ()))


def _edge(fields: Fields, name: str) -> float | None:
    told = fields.raw(name, {"type": "number"})
    if told is not None and not is_number(told):
        fields.refuse(_("“%(name)s” must be a number.") % {"name": fields.called(name)})
    return told if isinstance(told, int | float) else None


_LIMITS: dict[str, Any] = {
    "at": _word,
    "by": _word,
    "cohort": _word,
    "origin": _word,
    "goal": _word,
    "weekday": lambda fields, name: fields.number(name, 1, 7),
    "hour": lambda fields, name: fields.number(name, 0, 23),
    "period": lambda fields, name: fields.number(name, 0, MOST_PERIODS),
    "step": lambda fields, name: fields.number(name, 1, MOST_STEPS),
    "lost": lambda fields, name: fields.flag(name),
    "path": _names,
    "low": _edge,
    "below": _edge,
    "which": lambda fields, name: fields.choice(name, WHICH, ASKED),
}
