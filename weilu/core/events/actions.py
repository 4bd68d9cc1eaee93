"""How does something get into the log, and out of it? The only doors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext_lazy as _

from weilu.core import clock, disk
from weilu.core.collecting import seldom
from weilu.core.errors import Conflict, NotFound
from weilu.core.events import erasures, frames, intake, retraction, sequencer, spool
from weilu.core.events.incoming import LIVE_BATCH, Incoming
from weilu.core.events.lock import lock
from weilu.core.events.models import Held, Retraction

FRAME = 2_000
GROUP = 8
"""Frames that share one sync or one COPY."""


def record(event: Incoming, *, live: bool = True) -> None:
    """One event, inside the caller's transaction: it happens if and only if the change happens."""
    record_many([event], live=live)


def record_many(events: Sequence[Incoming], *, live: bool = True) -> None:
    """As `record`, of a change that many events tell of."""
    header = frames.Header(LIVE_BATCH, live, clock.now_ms())
    for begin in range(0, len(events), FRAME):
        some = events[begin : begin + FRAME]
        intake.put(frames.encode(some, header), len(some))


def append(events: Iterable[Incoming], *, batch: int, live: bool = False) -> int:
    """Many events of one batch (0: live). What it has counted is durable when it returns; call it outside transactions.

    Repeats are harmless. Memory does not grow with the number of events.
    """
    header = frames.Header(batch, live, clock.now_ms())
    total = 0
    stream = iter(events)
    with seldom():
        while group := list(_frames(stream, header)):
            append_encoded(group)
            total += sum(count for count, _ in group)
    return total


def append_encoded(group: list[tuple[int, bytes]]) -> None:
    """Frames that are encoded already, each with its number of events. Durable when it returns; outside transactions.

    Raises DiskFull; then nothing of them is in.
    """
    with disk.needed():
        if intake.embedded():
            spool.writer.write(payload for _, payload in group)
        else:
            intake.copy(group)


def shelter(group: list[tuple[int, bytes]]) -> None:
    """As `append_encoded`, for what would be lost if it were refused while the database is away: it waits on this machine's disk
    until `bring_in`. Raises DiskFull."""
    with disk.needed():
        intake.shelter(group)


def bring_in() -> int:
    """What this process, and those of this machine that have ended, have sheltered; returns how many events went in."""
    if intake.embedded():
        return 0
    spool.writer.close()
    return intake.bring_in()


def retract_batch(batch: int) -> int:
    """Undo an import exactly; returns how many events left the log. A second time changes nothing and returns 0.

    What another batch or live traffic has seen too stays. Call it outside transactions. Raises Conflict for batch 0.
    """
    if batch == LIVE_BATCH:
        raise Conflict(_("Live events are not a batch and cannot be undone together."))
    with lock():
        sequencer.catch_up()
        done = retraction.of_batch(batch)
    return done.rows if done else 0


def retract_identity(identity: int) -> int:
    """Take every event of an account out of the log and forget who it was; returns how many events left."""
    with lock():
        sequencer.catch_up()
        erasures.note(identity, Retraction.IDENTITY)
        return retraction.of_identity(identity).rows


def erase_identity(identity: int) -> None:
    """Forget who an account was and what it said. Its nameless events stay, and with them every past number."""
    with lock():
        sequencer.catch_up()
        erasures.note(identity, Retraction.ERASURE)
        retraction.of_private(identity)


def reapply_erasures() -> int:
    """After a restore: erase again whoever was erased since that copy was made; returns how many accounts."""
    with lock():
        sequencer.catch_up()
        again = erasures.undone()
        for identity, what in again:
            if what == Retraction.IDENTITY:
                retraction.of_identity(identity)
            else:
                retraction.of_private(identity)
    return len(again)


def release(held: int) -> None:
    """Let a held SDK event into the log though its clock is off. Raises NotFound."""
    with lock():
        row = _held(held)
        frame = frames.decode(bytes(row.payload))
        intake.put(frames.encode([frames.pick(frame, 0)], frame.header._replace(released=True)), 1)
        row.delete()


def discard(held: int) -> None:
    """Throw a held SDK event away. Raises NotFound."""
    with lock():
        _held(held).delete()


def discard_all(source: str) -> int:
    """Throw away all that waits of a source; returns how many."""
    with lock():
        return Held.objects.filter(source=source).delete()[0]


def _held(number: int) -> Held:
    row = Held.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(_("This event is not waiting any more."))
    return row


def _frames(stream: Iterator[Incoming], header: frames.Header) -> Iterator[tuple[int, bytes]]:
    for _number in range(GROUP):
        chunk = list(islice(stream, FRAME))
        if not chunk:
            return
        yield len(chunk), frames.encode(chunk, header)
