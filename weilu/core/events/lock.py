"""Who may write to the log now? One at a time: a file lock beside SQLite, an advisory lock on PostgreSQL.

Held for one step and given back, so that an undo from the console never waits for the end of a long import.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

ADVISORY = 0x7765696C75
"""`weilu` in ASCII."""

_held = threading.local()


@contextmanager
def lock() -> Iterator[None]:
    """Wait for the log's one lock; may be nested. Never take it inside a transaction of the business tables: whoever
    holds it may be waiting for them."""
    depth = getattr(_held, "depth", 0)
    _held.depth = depth + 1
    try:
        if depth:
            yield
        elif connections[settings.LOG_DATABASE].vendor == "postgresql":
            with _advisory():
                yield
        else:
            with _file():
                yield
    finally:
        _held.depth = depth


@contextmanager
def _file() -> Iterator[None]:
    """Two files: who waits for the lock holds the turnstile, so a busy loop cannot take the lock again before him."""
    turnstile = os.open(settings.HOME / "sequencer.turn", os.O_RDWR | os.O_CREAT, 0o600)
    main = os.open(settings.HOME / "sequencer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        fcntl.flock(main, fcntl.LOCK_EX)
        fcntl.flock(turnstile, fcntl.LOCK_UN)
        yield
    finally:
        os.close(turnstile)
        os.close(main)


@contextmanager
def _advisory() -> Iterator[None]:
    connection = connections[settings.LOG_DATABASE]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY])
    try:
        yield
    finally:
        # A broken connection has given the lock back already.
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY])
