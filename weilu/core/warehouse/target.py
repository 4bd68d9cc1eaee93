"""Which column store is in use? The one of the settings, or the one that it was moved to.

A move leaves a forwarding address in the home: where the settings say `from`, everybody goes `to`, from one moment to the
next and without a restart. Settings that name another store than `from` are newer than the move and count.
"""

from __future__ import annotations

import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import orjson
from django.conf import settings

from weilu.core.jobs.locks import only_one
from weilu.core.locks import file_lock
from weilu.core.warehouse.place import place_of

LOCK_SECONDS = 0.05
"""How often who waits for a lock tries again."""

_chosen: ContextVar[str | None] = ContextVar("chosen", default=None)


def current() -> str:
    """The URL of the store in use; empty: the embedded one of this home."""
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    configured = str(settings.WAREHOUSE_URL)
    return _forwards().get(configured, configured)


def move(url: str) -> None:
    """From now on every process of this home uses the store at `url`."""
    known = {*_forwards(), *_forwards().values(), str(settings.WAREHOUSE_URL)}
    _write({was: url for was in known if was != url})


@contextmanager
def store_lock(name: str, *, wait: float = 0) -> Iterator[bool]:
    """True for one holder at a time among those who work on the store in use.

    The embedded store is of this machine, so a file lock serves on PostgreSQL too; servers are of the whole installation.
    """
    url = current()
    if not url:
        with file_lock(place_of(Path(settings.HOME)).folder / f"{name}.lock", wait=wait) as held:
            yield held
        return
    end = time.monotonic() + wait
    while True:
        with only_one(f"{name}-{zlib.crc32(url.encode())}") as held:
            if held or time.monotonic() >= end:
                yield held
                return
        time.sleep(LOCK_SECONDS)


@contextmanager
def using(url: str) -> Iterator[None]:
    """Within it this thread works on the store at `url`, whichever is in use."""
    token = _chosen.set(url)
    try:
        yield
    finally:
        _chosen.reset(token)


def _path() -> Path:
    return Path(settings.HOME) / "warehouse" / "moved.json"


_seen: dict[Path, tuple[tuple[int, int], dict[str, str]]] = {}


def _forwards() -> dict[str, str]:
    """Looked at for every question, so read again only where the file is another one."""
    path = _path()
    try:
        state = path.stat()
    except FileNotFoundError:
        return {}
    held, now = _seen.get(path), (state.st_ino, state.st_mtime_ns)
    if held is None or held[0] != now:
        held = _seen[path] = (now, orjson.loads(path.read_bytes()))
    return held[1]


def _write(forwards: dict[str, str]) -> None:
    """Whole or not at all; readable by its owner only, since URLs hold passwords."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(forwards))
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
