"""Where do events go that are to be on disk before the answer? Into the log's intake; what would be lost if it were refused
also while the database is away: into a shelter on this machine, from where it is brought in later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from django.db import InterfaceError, InternalError, OperationalError

from weilu.connectors.tracking.committing import Committer, Frames
from weilu.core.events.incoming import Incoming

logger = logging.getLogger("weilu.tracking")
AWAY = (OperationalError, InterfaceError, InternalError, TimeoutError)
"""The database is gone, going, or (after a failover) takes no writes."""
PATIENCE_SECONDS = 5.0
"""A database that hangs counts as away after so long; what it takes after all is there twice, and a repeat."""


class Store(NamedTuple):
    """`write` and `shelter` put frames on disk; `bring_in` moves what is sheltered on, and returns how many events that were."""

    write: Callable[[Frames], None]
    shelter: Callable[[Frames], None]
    bring_in: Callable[[], int]


class Keeper:
    """The two roads of one process. `thread` makes what works on each of them."""

    def __init__(self, store: Store, thread: Callable[[], Executor]) -> None:
        self._store = store
        self._intake = Committer(store.write, thread())
        self._shelter = Committer(store.shelter, thread())
        # Another process of this machine may have left something.
        self._sheltered = True

    async def put(self, events: Sequence[Incoming], *, patient: bool) -> None:
        """Returns when the events are on disk. Raises what the store raises; then they may be there or not."""
        if not patient:
            await self._intake.put(events)
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._intake.put(events)
        except AWAY as problem:
            if not self._sheltered:
                logger.warning("events are sheltered", extra={"error": type(problem).__name__})
            await self._shelter.put(events)
            self._sheltered = True

    def tidy(self) -> None:
        """Bring in what is sheltered; in a thread that may ask the database. Where that is still away it stays as it is."""
        if not self._sheltered:
            return
        self._sheltered = False
        try:
            moved = self._store.bring_in()
        except AWAY:
            self._sheltered = True
            return
        if moved:
            logger.info("sheltered events came in", extra={"events": moved})
