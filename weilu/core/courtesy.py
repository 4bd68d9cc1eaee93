"""Who goes first where one process does two things? Events let a page that is being drawn pass, for a moment.

Both want Python's one lock: beside a loop that is always busy with events, a page of 15 ms took 300.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1
"""An event waits no longer, however long a page takes: most of a slow one is waiting for the column store."""
ROUND_BYTES = 32_000
"""So much is taken in between two looks at who knocks: half a millisecond or one. In rounds of forty a click waited for two."""


class Courtesy:
    """Belongs to one event loop and is touched by nothing else."""

    def __init__(self) -> None:
        self._drawing = 0
        self._until = 0.0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._turning = False
        self._halted: asyncio.TimerHandle | None = None

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page is being drawn meanwhile."""
        if not self._drawing:
            self._until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        self._drawing += 1
        try:
            yield
        finally:
            self._drawing -= 1
            if self._halted and not self._drawing:
                self._halted.cancel()
                self._next_round()

    async def turn(self, size: int) -> None:
        """Returns when it is one's turn to take in so many bytes: when no page is being drawn, or after a moment; in the order of
        asking; in each round of the loop no more than `ROUND_BYTES`, or one that is larger."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._queue.append((size, mine))
        if not self._turning:
            self._turning = True
            self._next_round()
        await mine

    def _next_round(self) -> None:
        loop, self._halted = asyncio.get_running_loop(), None
        if self._drawing and loop.time() < self._until:
            self._halted = loop.call_at(self._until, self._next_round)
            return
        left = ROUND_BYTES
        while self._queue and (left == ROUND_BYTES or self._queue[0][0] <= left):
            size, whose = self._queue.popleft()
            if not whose.done():
                left -= size
                whose.set_result(None)
        self._turning = left != ROUND_BYTES
        if self._turning:
            loop.call_soon(self._next_round)
