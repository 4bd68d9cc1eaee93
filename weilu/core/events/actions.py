"""How does something get into the log, and out of it? The only doors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from weilu.core import clock
from weilu.core.events import frames, intake, spool
from weilu.core.events.incoming import LIVE_BATCH, Incoming

FRAME = 1_000
GROUP = 16
"""Frames that share one sync or one COPY."""


def record(event: Incoming, *, live: bool = True) -> None:
    """One event, inside the caller's transaction: it happens if and only if the change happens."""
    header = frames.Header(LIVE_BATCH, live, clock.now_ms())
    intake.put(frames.encode([event], header), 1)


def append(events: Iterable[Incoming], *, batch: int, live: bool = False) -> int:
    """Many events of one batch (0: live). What it has counted is durable when it returns; call it outside transactions.

    Repeats are harmless. Memory does not grow with the number of events.
    """
    header = frames.Header(batch, live, clock.now_ms())
    total = 0
    stream = iter(events)
    while group := list(_frames(stream, header)):
        if intake.embedded():
            spool.writer.write(payload for _, payload in group)
        else:
            intake.copy(group)
        total += sum(count for count, _ in group)
    return total


def _frames(stream: Iterator[Incoming], header: frames.Header) -> Iterator[tuple[int, bytes]]:
    for _ in range(GROUP):
        chunk = list(islice(stream, FRAME))
        if not chunk:
            return
        yield len(chunk), frames.encode(chunk, header)
