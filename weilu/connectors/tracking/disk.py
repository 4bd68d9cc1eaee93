"""Is there room for what comes? A disk that is nearly full takes nothing in, before it tears what stands on it."""

from __future__ import annotations

import errno
import os
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

    def is_full(self, error: BaseException) -> bool:
        """Whether this error says so; from the file system or from PostgreSQL (53100)."""
        if isinstance(error, OSError):
            return error.errno in (errno.ENOSPC, errno.EDQUOT)
        cause = error.__cause__ or error
        return getattr(cause, "sqlstate", "") == "53100"
