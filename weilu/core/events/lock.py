"""Who may write to the log now? One at a time: a file lock beside SQLite, an advisory lock on PostgreSQL.

Held for one step and given back, so that an undo from the console never waits for the end of a long import.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from weilu.core.locks import advisory_lock, file_lock, in_turn

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
            with advisory_lock(connections[settings.LOG_DATABASE], "log", wait=True):
                yield
        else:
            with in_turn(settings.HOME / "sequencer"):
                yield
    finally:
        _held.depth = depth


def taken() -> bool:
    """Whether somebody else, of this machine, holds the lock just now. On PostgreSQL nobody is asked: False."""
    if getattr(_held, "depth", 0) or connections[settings.LOG_DATABASE].vendor == "postgresql":
        return False
    with file_lock(settings.HOME / "sequencer.lock") as free:
        return not free
