"""Who goes first where one process does two things? Events let a page that is being drawn pass, for a moment.

Both want Python's one lock: beside a loop that is always busy with events, a page of 15 ms took 300.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE_SECONDS = 0.1
"""An event waits no longer, however long a page takes: most of a slow one is waiting for the column store."""


class Courtesy:
    """Belongs to one event loop and is touched by nothing else."""

    def __init__(self) -> None:
        self._drawing = 0
        self._free = asyncio.Event()

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page is being drawn meanwhile."""
        self._drawing += 1
        self._free.clear()
        try:
            yield
        finally:
            self._drawing -= 1
            if not self._drawing:
                self._free.set()

    async def let_pass(self) -> None:
        """Returns when no page is being drawn, or after a moment."""
        if self._drawing:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._free.wait()
