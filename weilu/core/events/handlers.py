"""Who acts on what has happened? Handlers take the log in batches, each at its own pace.

A handler's writes and its cursor commit together, so a batch counts once however often a worker dies. An event that
fails five times is parked and skipped; the rest goes on. A handler with `effects` (it sends, rewards, punishes, starts
a journey) is given live rows only and begins at the head: neither an import nor its own arrival touches a member.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import NotFound, Unavailable
from weilu.core.events import queries
from weilu.core.events.models import HandlerCursor, Parked
from weilu.core.events.rows import Row

logger = logging.getLogger("weilu.handlers")
BATCH = 1_000
ATTEMPTS = 5
NOBODYS_FAULT = (Unavailable, OperationalError)
"""A part is down, the disk full, the database locked or gone: no event is to blame, so it is tried again and not counted."""


@dataclass(frozen=True, slots=True)
class Handler:
    """`run(rows)` acts on rows in order, inside a transaction that it does not end; safe to run twice on the same rows.

    `kinds` names the kinds it wants; None stands for all. While it is `asleep` nobody needs it and nothing is read for
    it; whoever needs it again calls `wake` first.
    """

    name: str
    run: Callable[[Sequence[Row]], None]
    effects: bool = False
    kinds: frozenset[str] | None = None
    asleep: Callable[[], bool] | None = None

    @property
    def sleeps(self) -> bool:
        return self.asleep is not None and self.asleep()

    def wants(self, row: Row) -> bool:
        return (row.live or not self.effects) and (self.kinds is None or row.kind in self.kinds)


_handlers: tuple[Handler, ...] = ()


def register(handlers: Iterable[Handler]) -> None:
    """Called once from `app.registry`."""
    global _handlers
    _handlers = tuple(handlers)


def run_once(handlers: Sequence[Handler] | None = None) -> int:
    """Carry each handler up to one batch further, all fed by one reading; returns how many rows the furthest-behind took."""
    chosen = tuple(one for one in (_handlers if handlers is None else handlers) if not one.sleeps)
    cursors = {handler.name: _cursor(handler) for handler in chosen}
    if not chosen or (start := min(cursors.values())) >= queries.head():
        return 0
    # Asked before reading: everything up to it is in what is read next, so that a cursor may pass over gaps.
    head = queries.head()
    rows = queries.read(start, BATCH)
    end = rows[-1].position if len(rows) == BATCH else max(head, rows[-1].position if rows else 0)
    behind = [handler for handler in chosen if cursors[handler.name] < end]
    moved = [_advance(handler, rows, end) > cursors[handler.name] for handler in behind]
    return len(rows) if any(moved) else 0


def waiting() -> bool:
    """Whether any handler has not had all that has happened."""
    if not _handlers:
        return False
    cursors = dict(HandlerCursor.objects.values_list("name", "position"))
    head = queries.head()
    return any(cursors.get(handler.name, 0) < head for handler in _handlers if not handler.sleeps)


def wake(name: str) -> None:
    """A handler that slept is needed from now on: what happened so far is not for it. In the transaction of who needs it."""
    HandlerCursor.objects.update_or_create(name=name, defaults={"position": queries.head()})


def parked() -> list[Parked]:
    """Events that a handler has given up, oldest first."""
    return list(Parked.objects.exclude(parked_at=None).order_by("pk"))


def replay(parked_id: int, handlers: Sequence[Handler] | None = None) -> bool:
    """Hand a parked event to its handler once more; True where it went well, False where it failed again or somebody else
    was faster. Raises NotFound."""
    row = Parked.objects.filter(pk=parked_id).exclude(parked_at=None).first()
    handler = next((h for h in (handlers or _handlers) if row and h.name == row.handler), None)
    if row is None or handler is None:
        raise NotFound(_("This event is not parked."))
    events = [found for found in queries.read(row.position - 1, 1) if found.position == row.position]
    try:
        with transaction.atomic():
            if not Parked.objects.select_for_update().filter(pk=parked_id).first():
                return False
            if events:
                handler.run(events)
            row.delete()
    except Exception as problem:
        Parked.objects.filter(pk=parked_id).update(attempts=F("attempts") + 1, error=_described(problem))
        return False
    return True


def _cursor(handler: Handler) -> int:
    start = queries.head() if handler.effects else 0
    return HandlerCursor.objects.get_or_create(name=handler.name, defaults={"position": start})[0].position


def _advance(handler: Handler, rows: Sequence[Row], end: int) -> int:
    """Run the handler over what it has not had, up to `end`. Where it fails the halves are tried, until the event that fails
    stands alone and is counted. Returns where the cursor stands then; 0 where another worker has it, or a part is down."""
    try:
        with transaction.atomic():
            cursor = _claim(handler.name)
            if cursor is None:
                return 0
            if cursor.position < end:
                _run(handler, [row for row in rows if row.position > cursor.position])
                _move(cursor, end)
            return cursor.position
    except NOBODYS_FAULT as problem:
        logger.warning("handler_waits", extra={"handler": handler.name, "error": type(problem).__name__})
        return 0
    except Exception as problem:
        if not rows:
            raise
        if len(rows) == 1:
            return _count_failure(handler, rows[0], problem)
    return _advance_by_halves(handler, rows, end)


def _advance_by_halves(handler: Handler, rows: Sequence[Row], end: int) -> int:
    first, second = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    border = first[-1].position
    reached = _advance(handler, first, border)
    return _advance(handler, second, end) if reached >= border else reached


def _run(handler: Handler, rows: Sequence[Row]) -> None:
    skipped = set(
        Parked.objects.filter(handler=handler.name, position__in=[row.position for row in rows])
        .exclude(parked_at=None)
        .values_list("position", flat=True)
    )
    wanted = [row for row in rows if handler.wants(row) and row.position not in skipped]
    if wanted:
        handler.run(wanted)


def _claim(name: str) -> HandlerCursor | None:
    """The cursor, held until the end of the transaction; None where another worker holds it."""
    found = HandlerCursor.objects.filter(name=name)
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    return found.first()


def _move(cursor: HandlerCursor, position: int) -> None:
    """What failed below the new place, and went well after all, is forgotten."""
    Parked.objects.filter(handler=cursor.name, position__lte=position, parked_at=None).delete()
    cursor.position = position
    cursor.save(update_fields=["position"])


def _count_failure(handler: Handler, row: Row, problem: Exception) -> int:
    """Note the failure; at the fifth the event is parked and the cursor passes it. Returns where the cursor stands then.

    Between the failure and this another worker may have had the event, and got further: then nothing is noted.
    """
    logger.warning("handler_failed", extra={"handler": handler.name, "position": row.position})
    with transaction.atomic():
        cursor = _claim(handler.name)
        if cursor is None or cursor.position >= row.position:
            return 0
        failed, _made = Parked.objects.get_or_create(handler=handler.name, position=row.position)
        failed.attempts += 1
        failed.error = _described(problem)
        failed.parked_at = clock.now() if failed.attempts >= ATTEMPTS else None
        failed.save()
        if failed.parked_at is not None:
            _move(cursor, row.position)
        return cursor.position


def _described(problem: Exception) -> str:
    """Class and place of an error; never its message, which may quote a member."""
    places = traceback.extract_tb(problem.__traceback__)
    where = [f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno} in {place.name}" for place in places[-1:]]
    return " at ".join([type(problem).__name__, *where])
