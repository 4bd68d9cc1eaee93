"""What has come lately? Counted in memory as events pass, written down once a second: schema, refusals, the live tail.

Nothing here stands in the way of an event, and all of it is bounded: names by source, properties by name, glimpses by
second. What is lost when a process is killed are counts of a second, never events.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from weilu.connectors.tracking.contract import Refused, Said
from weilu.connectors.tracking.rules.names import is_own
from weilu.core import clock
from weilu.core.events import holds
from weilu.core.events.incoming import Incoming

MOST_NAMES = 2_000
FRESH_SECONDS = 60.0
"""So long two processes may let names in that the other one does not know."""
MOST_PROPERTIES = 100
LOOK_AT = 20
"""So many events of a name are looked at in full after each start, then one of `LOOK_EVERY`."""
LOOK_EVERY = 64
GLIMPSES = 20
"""Shown of a source between two writes."""
SAMPLE = 64


@dataclass(slots=True)
class Seen:
    """One event name of one source since it was written down last."""

    kind: str
    count: int = 0
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Turned:
    count: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One event as it came by; `refused`: the reason why it was not taken in."""

    at: dt.datetime
    kind: str
    who: str
    properties: Mapping[str, Any]
    refused: str = ""


@dataclass(slots=True)
class Notes:
    """What is to be written down. Keys begin with the source's number."""

    seen: dict[tuple[int, str], Seen] = field(default_factory=dict)
    refused: dict[tuple[int, str], Turned] = field(default_factory=dict)
    glimpses: dict[int, list[Shown]] = field(default_factory=dict)


class Tally:
    """What stands written of a source, also by other processes, is told to it by `learn`, about once a minute."""

    def __init__(self) -> None:
        self._names: dict[int, set[str]] = {}
        self._held: dict[int, int] = {}
        self._fresh_until: dict[int, float] = {}
        self._looked: dict[tuple[int, str], int] = {}
        self._notes = Notes()

    def fresh(self, source: int) -> bool:
        """Whether what stands written of a source need not be read again yet."""
        return time.monotonic() < self._fresh_until.get(source, 0.0)

    def learn(self, source: int, names: Iterable[str] = (), held: int | None = None) -> None:
        """Names of its own that stand written, and how many of its events wait; without any what was known counts for another while."""
        self._names.setdefault(source, set()).update(names)
        if held is not None:
            self._held[source] = held
        self._fresh_until[source] = time.monotonic() + FRESH_SECONDS

    def admit(self, source: int, kind: str) -> None:
        """Raises Refused for a name too many."""
        names = self._names[source]
        if kind in names or not is_own(kind):
            return
        if len(names) >= MOST_NAMES:
            raise Refused("too_many_names", kind)
        names.add(kind)

    def hold(self, source: int, kind: str) -> None:
        """An event has a clock that is too far off. Raises Refused where too many of its source wait already."""
        held = self._held.get(source, 0)
        if held >= holds.MOST:
            raise Refused("clock", kind)
        self._held[source] = held + 1

    def waits(self, source: int, event: Incoming, watched: bool) -> None:
        """An event has been accepted that an operator must let in: it does not count as come, but who looks sees it."""
        if watched:
            self._glimpse(source, event)

    def came(self, source: int, said: Said, event: Incoming, watched: bool) -> None:
        """An event has been accepted."""
        # By our kind: a well-known name may be written in thousands of ways.
        key = (source, event.kind)
        seen = self._notes.seen.get(key)
        if seen is None:
            seen = self._notes.seen[key] = Seen(event.kind)
        seen.count += 1
        looked = self._looked.get(key, 0)
        if looked < LOOK_AT or seen.count % LOOK_EVERY == 0:
            self._looked[key] = looked + 1
            _look(seen.properties, said, event)
        if watched:
            self._glimpse(source, event)

    def refused(self, source: int, refusal: Refused, watched: bool) -> None:
        turned = self._notes.refused.setdefault((source, refusal.reason), Turned())
        turned.count += 1
        turned.example = refusal.name[:200] or turned.example
        if watched:
            self._show(source, Shown(clock.now(), refusal.name[:200], "", {}, refusal.reason))

    def taken(self) -> Notes:
        """All notes since the last time; they are gone from here."""
        notes, self._notes = self._notes, Notes()
        if len(self._looked) > 50_000:
            self._looked.clear()
        return notes

    def _glimpse(self, source: int, event: Incoming) -> None:
        hidden = dict.fromkeys(event.private or (), "•••")
        who = event.actor.outside if event.actor else ""
        worth = {} if event.value is None else {"value": event.value}
        told = {**worth, **(event.properties or {}), **hidden}
        self._show(source, Shown(clock.now(), event.kind, who, told))

    def _show(self, source: int, one: Shown) -> None:
        shown = self._notes.glimpses.setdefault(source, [])
        if len(shown) < GLIMPSES:
            shown.append(one)


def _look(properties: dict[str, dict[str, Any]], said: Said, event: Incoming) -> None:
    told: dict[str, tuple[str, bool, Any]] = {
        name: (_type(value), False, value) for name, value in (event.properties or {}).items()
    }
    if event.value is not None:
        told["value"] = ("number", False, event.value)
    for name in event.private or ():
        told[name] = ("text", True, "")
    for change in said.traits.values():
        told |= {str(name): ("trait", True, "") for name in change}
    for name, (type_, private, value) in told.items():
        if name[:1] == "$":
            continue
        known = properties.get(name)
        if known is None:
            if len(properties) >= MOST_PROPERTIES:
                continue
            known = properties[name[:100]] = {"types": [], "private": private, "sample": ""}
        if type_ not in known["types"]:
            known["types"].append(type_)
        known["private"] = known["private"] or private
        known["sample"] = "" if known["private"] else str(value)[:SAMPLE]


def _type(value: Any) -> str:
    return "yes/no" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "word"
