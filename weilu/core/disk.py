"""Is there room for what comes? A disk that is nearly full takes nothing in, before it tears what stands on it."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from pathlib import Path

LEAST_FREE = 64 * 1024 * 1024
"""Bytes."""
LOOK_SECONDS = 1.0


class Disk:
    """Looks once a second at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._room = True
        self._looked = float("-inf")

    def has_room(self) -> bool:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            found = os.statvfs(self._folder)
            self._room = found.f_bavail * found.f_frsize > LEAST_FREE
            self._looked = time.monotonic()
        return self._room


def is_full(error: BaseException) -> bool:
    """Whether this error says so: from the file system, from SQLite, or from PostgreSQL (53100)."""
    for one in (error, error.__cause__):
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(one, sqlite3.Error) and one.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return True
        if getattr(one, "sqlstate", "") == "53100":
            return True
    return False
