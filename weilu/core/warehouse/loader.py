"""How does the log come into the column store, each event once, whatever dies on the way?

One loader per installation. The edges of a block are stored before its insert. Whoever finds edges stored knows that the
insert may have happened, in whole or in part, asks the table which positions it holds between them and sends the rest.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from weilu.core.collecting import seldom
from weilu.core.events import kinds
from weilu.core.events import queries as log
from weilu.core.events.rows import Row
from weilu.core.locks import FOREVER
from weilu.core.warehouse import client, dirty, owners, retractions, store
from weilu.core.warehouse.blocks import block_of, inserts_of, late_days
from weilu.core.warehouse.models import Store
from weilu.core.warehouse.target import store_lock

BLOCK_ROWS = 40_000
"""Enough that an insert's fixed cost does not count, few enough that a block of plain rows stays under 40 MB."""
GLANCE_SECONDS = 2.0
"""How often a loader with nothing to load compares the directory's tallies: merges come with events, flags do not."""
REST_SECONDS = 15.0
"""How often it asks the warehouse itself, which ends when nobody does, and sees whether the table is still the same."""
HELP_SECONDS = 0.3
"""Who waits for the warehouse lends a hand when nothing has moved for this long: perhaps no worker runs."""

_looked: dict[str, float] = {}


def run_once() -> int:
    """Load the next block, carry out retractions, copy ownership. Returns the rows loaded; 0 too where another loader is
    at work. Raises Unavailable."""
    with alone() as held:
        if not held:
            return 0
        found = store.last_known()
        if found is None or _something_to_do(found):
            return _run(store.current())
        return 0


def loaded() -> int:
    """The log position up to which the warehouse holds everything, as far as the loader knows."""
    found = store.last_known()
    return found.position if found else 0


def wait_until(position: int, seconds: float = 10) -> int:
    """Wait until the warehouse holds the log up to `position`, at most `seconds`; returns how far it is."""
    end, seen, moved = time.monotonic() + seconds, loaded(), time.monotonic()
    while seen < position and time.monotonic() < end:
        if time.monotonic() - moved > HELP_SECONDS:
            run_once()
        time.sleep(0.02)
        if (now := loaded()) != seen:
            seen, moved = now, time.monotonic()
    return seen


def refresh() -> None:
    """Copy ownership and carry out retractions now rather than within two seconds. Raises Unavailable."""
    with alone(wait=True):
        _tidy(store.current())


@contextmanager
def alone(*, wait: bool = False) -> Iterator[bool]:
    """The one loader's lock of the store in use."""
    with store_lock("loader", wait=FOREVER if wait else 0) as held:
        yield held


@seldom()
def bring_up_to_date(found: Store) -> None:
    """Everything that is in the log now; the caller holds the loader's lock."""
    head = log.head()
    while found.position < head or found.block_last is not None:
        load_block(found, "weilu.events")
    _tidy(found)


def load_block(into: Store, table: str) -> int:
    """Load the next block into `table`; the caller sees to it that nobody else does. Returns the rows loaded.

    A table that is filled beside the current one answers nobody yet: it needs no ownership and makes no day dirty.
    """
    if into.block_last is not None:
        return _finish_block(into, table)
    head = log.head()  # asked first: what is read afterwards holds everything up to it
    rows = log.read(into.position, BLOCK_ROWS)
    last = rows[-1].position if len(rows) == BLOCK_ROWS else max([head, *(row.position for row in rows[-1:])])
    if rows:
        into.block_first, into.block_last = rows[0].position, last
        into.save(update_fields=["block_first", "block_last"])
    return _send(into, table, rows, last)


def _finish_block(into: Store, table: str) -> int:
    """The block whose edges are stored: nobody knows how much of it arrived, so the table is asked."""
    client.settle()
    first, last = int(into.block_first or 0), int(into.block_last or 0)
    rows = [row for row in log.read(first - 1, last - first + 1) if row.position <= last]
    sql = f"SELECT position FROM {table} WHERE position BETWEEN {{first:UInt64}} AND {{last:UInt64}}"  # noqa: S608
    held = set(client.query(sql, {"first": first, "last": last}, seconds=60).column("position").to_pylist())
    return _send(into, table, [row for row in rows if row.position not in held], last)


def _send(into: Store, table: str, rows: Sequence[Row], last: int) -> int:
    days: set[tuple[int, dt.date]] = set()
    if rows and into.current:
        owners.sync(into)
    if rows:
        block = block_of(rows, kinds.interactions())
        days = late_days(block) if into.current else set()
        for part in inserts_of(block):
            client.insert(table, part)
    _done(into, last, days)
    return len(rows)


def _done(into: Store, last: int, days: set[tuple[int, dt.date]]) -> None:
    """Only now does the block count as loaded."""
    if last == into.position and into.block_last is None:
        return
    into.position, into.block_first, into.block_last = last, None, None
    with transaction.atomic():
        into.save(update_fields=["position", "block_first", "block_last"])
        dirty.mark(days)


def _something_to_do(found: Store) -> bool:
    if found.block_last is not None or log.head() > found.position or _due("rest", REST_SECONDS):
        return True
    return _due("glance", GLANCE_SECONDS) and _glance(found)


def _glance(found: Store) -> bool:
    _did("glance")
    return owners.differ(found)


def _due(what: str, seconds: float) -> bool:
    """Whether this process did it so long ago, or never, for this home."""
    return time.monotonic() - _looked.get(f"{what} {settings.HOME}", -seconds) >= seconds


def _did(what: str) -> None:
    _looked[f"{what} {settings.HOME}"] = time.monotonic()


def _run(found: Store) -> int:
    moved = load_block(found, "weilu.events")
    if moved < BLOCK_ROWS or _due("rest", GLANCE_SECONDS):
        _tidy(found)
    return moved


def _tidy(found: Store) -> None:
    retractions.apply(found)
    owners.sync(found)
    client.ping()
    _did("rest")
