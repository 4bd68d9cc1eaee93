"""Is the warehouse of this home running, and who starts it? Whoever needs it first; the others wait for its socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

from weilu.core.locks import file_lock
from weilu.core.warehouse.place import Place, read_secret

START_SECONDS = 45.0
GONE_SECONDS = 3.0
REST_SECONDS = 5.0
"""After a start that failed nobody tries again for this long: a page must say so at once rather than hang."""
ALLOCATOR = "dirty_decay_ms:250"
"""How chDB's allocator (jemalloc) is told to keep what was freed for a quarter of a second rather than five: while an import comes in, questions
and inserts follow each other so closely that it would keep hundreds of megabytes. What chDB sets besides stays as it is."""

_children: dict[int, subprocess.Popen[bytes]] = {}
_failed: dict[Place, float] = {}


def listening(place: Place) -> bool:
    """Whether something accepts connections on the socket (some microseconds)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(place.socket))
        except OSError:
            return False
    return True


def who(place: Place) -> bytes:
    """Which process holds the store: its id, or that of the last one."""
    try:
        return place.lock.read_bytes()
    except FileNotFoundError:
        return b""


def wait_gone(place: Place, was: bytes) -> None:
    """A process that is being killed still accepts connections for a while. Wait until it does not, or another came."""
    end = time.monotonic() + GONE_SECONDS
    while time.monotonic() < end and listening(place) and who(place) == was:
        time.sleep(0.01)


def ensure_running(place: Place) -> bool:
    """Starts the warehouse unless it runs; True when it accepts connections. Only one process starts it."""
    if listening(place):
        return True
    if time.monotonic() - _failed.get(place, -REST_SECONDS) < REST_SECONDS:
        return False
    end = time.monotonic() + START_SECONDS
    with file_lock(place.starting, wait=START_SECONDS) as mine:
        if not mine:
            return False
        running = listening(place) or _start(place, end)
    if not running:
        _failed[place] = time.monotonic()
    return running


def _start(place: Place, end: float) -> bool:
    """Spawns the warehouse in a group of its own, so that neither Ctrl-C nor the end of this process takes it along. The session
    stays: of another one Linux would give it half of the processor, before all that it should stand behind."""
    _reap()
    read_secret(place)
    with open(place.log, "ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "weilu.core.warehouse.server", str(place.folder.parent)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            process_group=0,
        )
    _children[child.pid] = child  # kept so that it is reaped, and no warning is made of it at exit
    while time.monotonic() < end and child.poll() is None:
        if listening(place):
            return True
        time.sleep(0.01)
    return listening(place)


def _environment() -> dict[str, str]:
    """Ours, with the house importable from any folder, as it is here."""
    own = {"JE_MALLOC_CONF": ALLOCATOR, **os.environ}  # an operator's own wish goes before
    return {**own, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _reap() -> None:
    for pid, child in list(_children.items()):
        if child.poll() is not None:
            del _children[pid]
