"""Whose write key is this? Sources are kept in memory and read anew when older than half a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from weilu.connectors.tracking.building import Origin
from weilu.core import clock
from weilu.core.events.incoming import Place

FRESH_SECONDS = 0.5
"""A new, changed or removed source works, or not, within a second."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source that may send. `watched`: somebody looks at its live tail."""

    number: int
    origin: Origin
    origins: frozenset[str]
    watched: bool


Read = Callable[[], Awaitable[Mapping[str, Known]]]


class Gate:
    """Sources by write key. They are read once per half second at most, for whoever asks first."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: Mapping[str, Known] = {}
        self._at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find(self, key: str) -> Known | None:
        """The source of a write key, as it was half a second ago at most."""
        if time.monotonic() - self._at > FRESH_SECONDS:
            if self._reading is None:
                self._reading = asyncio.create_task(self._refresh())
            await asyncio.shield(self._reading)
        return self._known.get(key)

    async def _refresh(self) -> None:
        asked = time.monotonic()
        try:
            self._known = await self._read()
            self._at = asked
        finally:
            self._reading = None


def sources() -> Mapping[str, Known]:
    """All sources that may send, from the database."""
    from weilu.connectors.tracking.models import Source

    now, found = clock.now(), {}
    for row in Source.objects.filter(removed_at=None):
        found[row.key] = Known(
            row.pk,
            Origin(row.code, Place(row.code, row.code.partition(":")[2], row.name), frozenset(row.declared)),
            frozenset(row.origins),
            row.watched_until is not None and row.watched_until > now,
        )
    return found
