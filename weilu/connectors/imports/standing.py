"""What of an import stands in the log now, and where do its figures lead? Answered by the column store.

It may be less than came in (somebody was erased, an event was recalled) or more (an import that shared events with this one
was undone), so the figures of a finished import are counted, and each opens exactly what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from weilu.connectors.imports.models import Batch, State
from weilu.core import clock
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.links import behind
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables.kind import NONE

PATIENCE = 1.0
"""Seconds that a page waits for the newest events."""


@dataclass(frozen=True, slots=True)
class Figure:
    value: int
    href: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`added` events were new; `known` ones were in the log before; `events` are both. `places` are communities by their
    shown names."""

    added: Figure
    known: Figure
    events: Figure
    members: Figure
    places: tuple[tuple[str, Figure], ...]

    @property
    def count(self) -> int:
        """How many communities."""
        return sum(name != NONE for name, _ in self.places)


def standing(batch: Batch, viewer: Viewer, timezone: str) -> Standing | None:
    """Of an import that is done; None for any other, for one without events, and while the warehouse is down."""
    if batch.state != State.DONE or batch.first_ms is None or batch.last_ms is None:
        return None
    wholes = [_question(batch, timezone, brought=which) for which in ("new", "known", "all")]
    people = {**wholes[-1], "measure": "members"}
    by_place = {**wholes[-1], "breakdown": "community"}
    try:
        answers = questions.ask_many([*wholes, people, by_place], viewer, seconds=PATIENCE)
    except (Unavailable, Refused):  # refused: days that the store cannot hold
        return None
    pairs = zip((*wholes, people), answers, strict=False)
    added, known, events, members = (_figure(one, answer.rows[0]) for one, answer in pairs)
    places = tuple((row[1], _figure(by_place, row)) for row in answers[-1].rows if row[-1])
    return Standing(added, known, events, members, tuple(sorted(places, key=lambda one: -one[1].value)))


def _question(batch: Batch, timezone: str, **rest: str) -> dict[str, Any]:
    assert batch.first_ms is not None
    assert batch.last_ms is not None
    first, last = (clock.day_of(clock.from_ms(ms), timezone) for ms in (batch.first_ms, batch.last_ms))
    return {"kind": "trend", "event": "*", "batch": batch.pk, "from": str(first), "to": str(last), "timezone": timezone,
            "by": "total", **rest}  # fmt: skip


def _figure(question: dict[str, Any], row: tuple[Any, ...]) -> Figure:
    """A row is the day, where it is broken down the part, and the value."""
    point = dict(zip(("at", "by"), row[:-1], strict=False))
    return Figure(row[-1], behind(question, **point) if row[-1] else "")
