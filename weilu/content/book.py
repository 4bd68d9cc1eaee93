"""Which link is this, and whose address? Kept in memory and read anew when older than half a second; what was known last counts while
it cannot be read."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import Any, TypeVar, cast

from weilu.content.visits import Came, Known
from weilu.core import clock
from weilu.core.events.incoming import Actor, Place

logger = logging.getLogger("weilu.links")
FRESH_SECONDS = 0.5
"""A link that was changed or archived, and a member who was erased, count within a second."""
FOREVER = float("inf")
PATIENCE_SECONDS = 1.5
MOST = 20_000
"""Answers kept in memory; those asked for longest ago go first."""
Found = TypeVar("Found")


class Unreadable(Exception):
    """It cannot be told just now."""


class Book:
    """Reads one thing once at a time, in `thread`, however many wait for it."""

    def __init__(self, thread: Executor) -> None:
        self._thread = thread
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._reading: dict[Hashable, asyncio.Future[Any]] = {}

    async def link(self, code: str) -> Known | None:
        """The link of this code, None where there is none. Raises Unreadable."""
        return await self._told(("link", code), lambda: link(code), FRESH_SECONDS)

    async def person(self, identity: int) -> Actor | None:
        """The account of this number, None where it has been erased or is gone. Raises Unreadable."""
        return await self._told(("person", identity), lambda: person(identity), FRESH_SECONDS)

    async def opening(self, link: int, identity: int, visitor: str) -> Came:
        """This browser at that account's own address: written down when it comes first. Raises Unreadable."""
        return await self._told(
            ("opening", link, identity, visitor), lambda: opening(link, identity, visitor), FOREVER
        )

    async def _told(self, what: Hashable, read: Callable[[], Found], fresh: float) -> Found:
        kept: tuple[float, Found] | None = self._kept.get(what)
        if kept is not None and time.monotonic() - kept[0] <= fresh:
            self._kept.move_to_end(what)
            return kept[1]
        reading = self._reading.get(what)
        if reading is None:
            reading = asyncio.get_running_loop().run_in_executor(self._thread, read)
            self._reading[what] = reading
            reading.add_done_callback(lambda done: self._keep(what, done))
        await asyncio.wait((reading,), timeout=PATIENCE_SECONDS)
        if reading.done() and not reading.cancelled() and reading.exception() is None:
            return cast(Found, reading.result())
        if kept is None:
            raise Unreadable
        return kept[1]

    def _keep(self, what: Hashable, done: asyncio.Future[Any]) -> None:
        self._reading.pop(what, None)
        if done.cancelled():
            return
        if (problem := done.exception()) is not None:
            logger.warning("a link cannot be read", extra={"error": type(problem).__name__})
            return
        self._kept[what] = (time.monotonic(), done.result())
        self._kept.move_to_end(what)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)


# from the database --------------------------------------------------------------------------------------------------


def link(code: str) -> Known | None:
    from weilu.content.models import Link
    from weilu.content.queries import ends

    row = Link.objects.select_related("community").filter(code=code).first()
    if row is None:
        return None
    place = Place(row.community.platform, row.community.outside)
    return Known(row.pk, row.target, place, 0 if row.archived_at else ends(row))


def person(identity: int) -> Actor | None:
    from weilu.core.directory.models import Identity
    from weilu.core.directory.withdrawal import ERASED

    row = Identity.objects.filter(pk=identity).exclude(outside__startswith=ERASED).first()
    return None if row is None else Actor(row.platform, row.outside, "", row.bot, row.anonymous)


def opening(link: int, identity: int, visitor: str) -> Came:
    from weilu.content.actions import note_opening

    row = note_opening(link, identity, visitor, clock.now_ms())
    return Came(row.first, row.at)
