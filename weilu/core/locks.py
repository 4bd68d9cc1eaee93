"""Who alone may do this now? The two means that the house has: a file on this machine, or a number on the PostgreSQL server.

Both end with the process that holds them. Which of them serves, what it is called and how long one waits is each room's own.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.002
FOREVER = float("inf")


@contextmanager
def file_lock(path: Path, *, wait: float = 0) -> Iterator[bool]:
    """True while this file is ours, False where it was another's for `wait` seconds. Not nestable."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _taken(handle, wait)
    finally:
        os.close(handle)


@contextmanager
def in_turn(path: Path, *, wait: float = FOREVER) -> Iterator[bool]:
    """As `file_lock`, for one who takes the lock again and again beside others: two files, `.turn` and `.lock`. Who waits for
    the lock holds the turnstile, so nobody can take the lock a second time before him."""
    with ExitStack() as main:
        with file_lock(path.with_name(path.name + ".turn"), wait=wait) as next_:
            held = next_ and main.enter_context(file_lock(path.with_name(path.name + ".lock"), wait=wait))
        yield held


@contextmanager
def advisory_lock(connection: Any, name: str, *, wait: bool = False) -> Iterator[bool]:
    """True while this name is ours on the connection's server and database, False where it is another's. With `wait` always
    True. Given back at the end; the server gives it back where the connection breaks before."""
    number = zlib.crc32(f"weilu:{name}".encode())
    take = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}(%s)", [number])
        (answer,) = cursor.fetchone()
    held = wait or bool(answer)
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _taken(handle: int, wait: float) -> bool:
    if wait == FOREVER:
        # The kernel's own queue: who waits is woken the moment the lock is free.
        fcntl.flock(handle, fcntl.LOCK_EX)
        return True
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(LOOK_SECONDS)
        else:
            return True
