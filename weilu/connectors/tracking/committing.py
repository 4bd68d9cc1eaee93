"""When may we answer? After the events are on disk. Requests that wait at the same time share one sync."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from weilu.core import clock
from weilu.core.events import frames
from weilu.core.events.incoming import LIVE_BATCH, Incoming

FRAME = 2_000
Frames = list[tuple[int, bytes]]
Unsound = dict[int, ValueError]
"""Which requests of a group cannot be framed, by their number in it."""


class Waiting(NamedTuple):
    """Events of one request, and who is told when they are on disk."""

    events: Sequence[Incoming]
    done: asyncio.Future[None]


class Committer:
    """One writer per process. `write` is called with frames in `thread` and returns when they are synced."""

    def __init__(self, write: Callable[[Frames], None], thread: Executor) -> None:
        self._write = write
        self._thread = thread
        self._waiting: list[Waiting] = []
        self._busy = False

    async def put(self, events: Sequence[Incoming]) -> None:
        """Returns when the events are on disk. Raises what the store raises; then they may be there or not."""
        loop = asyncio.get_running_loop()
        one = Waiting(events, loop.create_future())
        self._waiting.append(one)
        if not self._busy:
            self._busy = True
            # Whoever is parsed in this round of the loop comes along.
            loop.call_soon(self._next, loop)
        await one.done

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        group, self._waiting = self._waiting, []
        if not group:
            self._busy = False
            return
        writing = loop.run_in_executor(self._thread, self._store, group)
        writing.add_done_callback(lambda future: self._settle(loop, group, future))

    def _store(self, group: list[Waiting]) -> Unsound:
        """In the thread, so that whoever knocks meanwhile is let in."""
        unsound: Unsound = {}
        try:
            payloads = encoded([event for one in group for event in one.events])
        except ValueError:
            # A mistake of ours in one request must not sink those that wait beside it.
            payloads, unsound = _sound(group)
        self._write(payloads)
        return unsound

    def _settle(
        self, loop: asyncio.AbstractEventLoop, group: list[Waiting], written: asyncio.Future[Unsound]
    ) -> None:
        broken = written.exception()
        for number, one in enumerate(group):
            error = broken or written.result().get(number)
            if one.done.cancelled():
                continue
            if error is None:
                one.done.set_result(None)
            else:
                one.done.set_exception(error)
        self._next(loop)


def encoded(events: Sequence[Incoming]) -> Frames:
    """Live events of one moment as frames."""
    header = frames.Header(LIVE_BATCH, True, clock.now_ms())
    return [
        (len(some), frames.encode(some, header))
        for start in range(0, len(events), FRAME)
        if (some := events[start : start + FRAME])
    ]


def _sound(group: Sequence[Waiting]) -> tuple[Frames, Unsound]:
    """The frames of those requests of a group that can be framed, and why the others cannot."""
    payloads: Frames = []
    unsound: Unsound = {}
    for number, one in enumerate(group):
        try:
            payloads += encoded(one.events)
        except ValueError as error:
            unsound[number] = error
    return payloads, unsound
