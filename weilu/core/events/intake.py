"""What has been committed and waits for the log? Reads the table `intake` and the spool, and clears what is in the log.

On PostgreSQL rows are taken by DELETE … RETURNING inside the sequencer's transaction: what commits late is found late,
never skipped. On SQLite one writer at a time commits, so row ids come in order; rows are removed after the log has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum

from weilu.core.events import frames, spool
from weilu.core.events.models import Intake, SpoolMark
from weilu.core.locks import file_lock

ROWS = 5_000
"""Most intake rows taken in one step."""
SHELTERED = 20_000
"""About how many sheltered events are brought in at a time."""

_TAKE = """
DELETE FROM events_intake WHERE id IN (
    SELECT id FROM (
        SELECT id, SUM(events) OVER (ORDER BY id) - events AS before
        FROM (SELECT id, events FROM events_intake ORDER BY id LIMIT %s) AS oldest
    ) AS counted WHERE before < %s
) RETURNING id, payload
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Frames in order; those seen by an earlier run that died come first (`again` of them). `last` is the last intake id."""

    frames: tuple[frames.Frame, ...]
    again: int
    last: int
    pieces: tuple[spool.Piece, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The last row of the table, and how long each spool file was."""

    last: int
    files: Mapping[str, int]


def embedded() -> bool:
    """Whether the log has a file of its own beside SQLite."""
    return connection.vendor == "sqlite"


def put(payload: bytes, events: int) -> None:
    """One frame into the table, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO events_intake (events, payload) VALUES (%s, %s)", [events, payload])


def copy(payloads: list[tuple[int, bytes]]) -> None:
    """Many frames by COPY, in one transaction (PostgreSQL). On disk when it returns, also where the server or the role is set to
    promise before it has written (`synchronous_commit`)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        with cursor.copy("COPY events_intake (events, payload) FROM STDIN") as sink:
            for row in payloads:
                sink.write_row(row)


def shelter(payloads: list[tuple[int, bytes]]) -> None:
    """Frames that the database does not take just now, into the spool of this machine; synced when it returns (PostgreSQL)."""
    spool.writer.write(payload for _, payload in payloads)


def sheltered() -> bool:
    """Whether something waits in this machine's spool for the database to come back, and nobody writes to it any more."""
    return not embedded() and spool.left()


def bring_in() -> int:
    """What was sheltered on this machine, into the table; returns how many events. Cut off anywhere it is done again, and keys
    make the second time harmless. Every process of this machine may call it: one does it at a time."""
    if not sheltered():
        return 0
    with file_lock(spool.folder() / "bringing.lock") as held:
        total = 0
        for some in spool.leavings(marks(), SHELTERED) if held else ():
            rows = [(int.from_bytes(frame[:4]), frame) for frame in some]
            copy(rows)
            total += sum(events for events, _ in rows)
        return total


def waiting() -> bool:
    """Whether there is anything to do; cheap, without the lock."""
    return Intake.objects.exists() or (embedded() and spool.waiting(marks()))


def count() -> int:
    """How many events wait, those that this machine shelters too."""
    recorded = Intake.objects.aggregate(total=Sum("events"))["total"] or 0
    return recorded + spool.count(marks() if embedded() else {})


def standing() -> Standing:
    """What waits now."""
    last = Intake.objects.aggregate(last=Max("id"))["last"] or 0
    return Standing(last, spool.sizes() if embedded() else {})


def passed(before: Standing) -> bool:
    """Whether all that waited then is in the log; what came since may wait."""
    if Intake.objects.filter(id__lte=before.last).exists():
        return False
    now = spool.sizes() if before.files else {}
    read = marks() if before.files else {}
    return all(name not in now or read.get(name, 0) >= size for name, size in before.files.items())


def take(limit: int, seen: int) -> Taken:
    """About `limit` events, oldest first. `seen` is the last intake id that a finished step has put into the log."""
    rows = _rows(limit)
    opened = [frames.decode(bytes(payload)) for _, payload in rows]
    left = limit - sum(len(frame.keys) for frame in opened)
    pieces = tuple(spool.read(marks(), left)) if embedded() and left > 0 else ()
    opened += [frames.decode(frame) for piece in pieces for frame in piece.frames]
    again = sum(1 for number, _ in rows if number <= seen) if embedded() else 0
    return Taken(tuple(opened), again, max((number for number, _ in rows), default=seen), pieces)


def marks() -> dict[str, int]:
    return dict(SpoolMark.objects.values_list("name", "offset"))


def remember(taken: Taken) -> None:
    """Note, in the log's own transaction, how far each spool file has been read."""
    stale = set(marks()) - {path.name for path in spool.folder().iterdir()}
    SpoolMark.objects.filter(name__in=stale).delete()
    SpoolMark.objects.bulk_create(
        [SpoolMark(name=piece.name, offset=piece.end) for piece in taken.pieces],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["offset"],
    )


def forget(taken: Taken) -> None:
    """Clear what the log holds now (embedded; on PostgreSQL it went with the transaction)."""
    if settings.LOG_DATABASE == "default":
        return
    Intake.objects.filter(id__lte=taken.last).delete()
    spool.forget(taken.pieces)


def _rows(limit: int) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        if not embedded():
            cursor.execute(_TAKE, [ROWS, limit])
            return sorted(cursor.fetchall())
        cursor.execute("SELECT id, events, payload FROM events_intake ORDER BY id LIMIT %s", [ROWS])
        rows, events = [], 0
        for number, count, payload in cursor.fetchall():
            if events >= limit:
                break
            rows.append((number, payload))
            events += count
        return rows
