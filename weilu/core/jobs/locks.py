"""Who alone may do this, in the whole installation? A file lock when embedded, an advisory lock on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

from weilu.core.locks import advisory_lock, file_lock


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """True for one holder at a time, False at once for everybody else. Let go when the process dies."""
    with _on_the_server(name) if settings.DATABASE_URL else file_lock(_folder() / name) as held:
        yield held


def _folder() -> Path:
    folder = Path(settings.HOME) / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _on_the_server(name: str) -> Iterator[bool]:
    # A connection of its own: the lock must not end when Django recycles the thread's connection.
    connection = connections.create_connection("default")
    try:
        with advisory_lock(connection, name) as held:
            yield held
    finally:
        connection.close()
