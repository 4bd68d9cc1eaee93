"""Whose write key is this? Sources are kept in memory and read anew when older than half a second, or as soon as that can be done
again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from weilu.connectors.tracking.building import Origin
from weilu.core import clock
from weilu.core.events.incoming import Place

logger = logging.getLogger("weilu.tracking")
FRESH_SECONDS = 0.5
"""A new, changed or removed source works, or not, within a second."""
EARLY_SECONDS = 0.3
"""While events keep coming they are read anew before anybody has to wait for it."""
KEPT_SECONDS = 10.0
PATIENCE_SECONDS, LITTLE_PATIENCE = 2.0, 0.02
"""For a database that hangs; the shorter one once it is known to."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source that may send. `watched`: somebody looks at its live tail."""

    number: int
    origin: Origin
    origins: frozenset[str]
    watched: bool


Read = Callable[[], Awaitable[Mapping[str, Known]]]


class Unreadable(Exception):
    """Whether there is such a source cannot be told just now."""


class Gate:
    """Sources by write key. They are read once per half second at most, for whoever asks first; while that fails those count that
    were known last."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: Mapping[str, Known] = {}
        self._at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._stale = False

    async def find(self, key: str) -> Known | None:
        """The source of a write key, as it was half a second ago at most. Raises Unreadable where it is none of those known last,
        and newer ones cannot be read."""
        age = time.monotonic() - self._at
        if age > FRESH_SECONDS:
            await self._look()
        elif age > EARLY_SECONDS and self._reading is None:
            self._reading = asyncio.create_task(self._refresh())
        found = self._known.get(key)
        if found is None and self._stale:
            raise Unreadable
        return found

    async def keep(self) -> None:
        """Read them now and then though nobody asks, so that whatever was there before the database went away is known."""
        if time.monotonic() - self._at > KEPT_SECONDS:
            await self._look()

    async def _look(self) -> None:
        if self._reading is None:
            self._reading = asyncio.create_task(self._refresh())
        timeout = LITTLE_PATIENCE if self._stale else PATIENCE_SECONDS
        _, late = await asyncio.wait((self._reading,), timeout=timeout)
        if late:
            self._stale, self._at = True, time.monotonic()

    async def _refresh(self) -> None:
        asked = time.monotonic()
        try:
            self._known, self._stale = await self._read(), False
        except Exception as problem:
            self._stale = True
            logger.warning("sources cannot be read", extra={"error": type(problem).__name__})
        finally:
            self._at = asked
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
