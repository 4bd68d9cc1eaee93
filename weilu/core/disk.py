"""Is there room for what comes? A disk that is nearly full takes nothing in, before it tears what stands on it.

What is left then is for what has been taken in already: databases, column store, audit trail. Reading goes on.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import Unavailable

LEAST_FREE = 64 * 1024 * 1024
"""Bytes."""
LOOK_SECONDS = 1.0


class DiskFull(Unavailable):
    """Nothing new is taken in until there is space again; what was taken in is safe."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__(
            _("The disk is full. Everything can be read, nothing is changed until there is room again."), retry_after=30
        )  # fmt: skip


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


_disks: dict[Path, Disk] = {}


def has_room() -> bool:
    """Whether the disk under this installation's home takes something in."""
    home = Path(settings.HOME)
    return _disks.setdefault(home, Disk(home)).has_room()


def forget() -> None:
    """Look again at once, for tests in which the disk was full."""
    _disks.clear()


@contextmanager
def needed() -> Iterator[None]:
    """What writes a lot: refused where there is no room, and told so where it ran out under it. Raises DiskFull."""
    if not has_room():
        raise DiskFull
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise DiskFull from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether this error says so: from the file system, from SQLite, or from PostgreSQL (53100)."""
    if isinstance(error, DiskFull):
        return True
    for one in (error, error.__cause__):
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(one, sqlite3.Error) and _is_full(one):
            return True
        if getattr(one, "sqlstate", "") == "53100":
            return True
    return False


def _is_full(error: sqlite3.Error) -> bool:
    """Where not one byte is left SQLite cannot open its log of changes, and says only that."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_FULL:
        return True
    return code & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and not has_room()
