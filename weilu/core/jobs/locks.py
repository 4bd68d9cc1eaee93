"""Who alone may do this, in the whole installation? A file lock when embedded, an advisory lock on PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """True for one holder at a time, False at once for everybody else. Let go when the process dies."""
    with _file_lock(name) if not settings.DATABASE_URL else _advisory_lock(name) as held:
        yield held


@contextmanager
def _file_lock(name: str) -> Iterator[bool]:
    folder = Path(settings.HOME) / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(name: str) -> Iterator[bool]:
    # A connection of its own: the lock must not end when Django recycles the thread's connection.
    connection = connections.create_connection("default")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [zlib.crc32(f"weilu:{name}".encode())])
            yield bool(cursor.fetchone()[0])
    finally:
        connection.close()
