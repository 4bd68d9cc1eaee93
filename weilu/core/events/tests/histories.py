"""Histories made up of numbered happenings that several batches may see, in any order, under changing names."""

from __future__ import annotations

from collections.abc import Iterable

from tests.fixtures.log import event
from weilu.core.events import actions, sequencer
from weilu.core.events.incoming import Actor, Incoming, Place

Segment = tuple[int, list[int], str]
"""(batch, 0 being live; numbers of happenings; the name that people have in it)."""

PLACES = (Place("chat", "one", "One"), Place("chat", "two", "Two"))
ROOMS = (None, Place("chat", "hall", "Hall"), Place("chat", "yard", "Yard"))


def happening(number: int, name: str) -> Incoming:
    """The same number is the same happening; only the names that its people had may differ between exports."""
    people = [Actor("chat", str(one), f"{name}{one}", bot=one == 3) for one in range(4)]
    return event(
        "message.sent", 1_000 * number, people[number % 4], number=number, source="chat",
        community=PLACES[number % 2], room=ROOMS[number % 3], about=number - 1 if number % 5 == 0 else None,
        text=f"text {number}" if number % 3 else "", value=number if number % 7 == 0 else None,
        properties={"words": number} if number % 2 else None,
    )._replace(target=people[(number + 1) % 4] if number % 4 == 0 else None)  # fmt: skip


def enter(segments: Iterable[Segment], *, each: bool) -> None:
    for batch, numbers, name in segments:
        actions.append([happening(number, name) for number in numbers], batch=batch, live=batch == 0)
        if each:
            sequencer.run_once()
    sequencer.drain()
