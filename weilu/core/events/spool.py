"""Where do bulk events wait when the house is embedded, or its PostgreSQL is away? In synced files under HOME/spool, one per
writing process.

A file holds records: length, checksum, frame. Its writer holds a lock on it for as long as it may still grow, so the
reader knows a torn tail of a dead writer (never acknowledged, left out) from a record that is just being written.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROLL_BYTES = 64 * 1024 * 1024
SUFFIX = ".spool"
_BLANK = 1024 * 1024
_HEAD = struct.Struct(">II")


def folder() -> Path:
    path: Path = settings.HOME / "spool"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


class Writer:
    """The one file of this process. A forked child opens its own."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._fd = -1
        self._pid = 0
        self._home = Path()
        self._size = 0

    def write(self, frames: Iterable[bytes]) -> None:
        """Append the frames and sync once. When it returns they are on disk; when it raises they are not, unless a reader was
        faster or the process dies: then whole frames may be.

        Few system calls: a process that is busy with events lets this thread go on only some time after each.
        """
        with self._mutex:
            begun = None
            try:
                fd, begun = self._file(), self._size
                data = b"".join(
                    part for frame in frames for part in (_HEAD.pack(len(frame), zlib.crc32(frame)), frame)
                )
                _write_all(fd, data)
                os.fdatasync(fd)
                self._size += len(data)
                if self._size > ROLL_BYTES:
                    self._close()
            except BaseException:
                # What follows must not stand behind a torn record.
                if begun is not None:
                    os.ftruncate(self._fd, begun)
                self._close()
                raise

    def close(self) -> None:
        with self._mutex:
            self._close()

    def _file(self) -> int:
        if (
            self._fd >= 0
            and self._pid == os.getpid()
            and self._home == settings.HOME
            and os.fstat(self._fd).st_nlink
        ):
            return self._fd
        if self._pid == os.getpid():
            self._close()
        path = folder() / f"{time.time_ns():020d}-{uuid.uuid4().hex}{SUFFIX}"
        fresh = path.with_suffix(".new")
        self._fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._pid, self._home, self._size = os.getpid(), settings.HOME, 0
        # Locked before it can be seen: a reader removes files that nobody holds.
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        fresh.rename(path)
        sync_folder(folder())
        return self._fd

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


writer = Writer()


@dataclass(frozen=True, slots=True)
class Piece:
    """The unread frames of one file, where reading ended, and whether nothing can follow."""

    name: str
    frames: tuple[bytes, ...]
    end: int
    finished: bool


def read(marks: Mapping[str, int], limit: int) -> list[Piece]:
    """Unread frames, oldest file first, until about `limit` events are together. A finished file comes with its last piece."""
    pieces, left = [], limit
    for path in sorted(folder().glob("*" + SUFFIX)):
        if left <= 0:
            break
        piece = _read(path, marks.get(path.name, 0), left)
        left -= sum(int.from_bytes(frame[:4]) for frame in piece.frames)
        pieces.append(piece)
    return pieces


def waiting(marks: Mapping[str, int]) -> bool:
    """Whether any file holds bytes beyond its mark or can go. Asked without the lock: a file may go while we look."""
    for path in folder().glob("*" + SUFFIX):
        with suppress(FileNotFoundError), path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > marks.get(path.name, 0) or _orphan(file.fileno()):
                return True
    return False


def count(marks: Mapping[str, int]) -> int:
    """How many events wait in all files; reads only the head of each record."""
    total = 0
    for path in sorted(folder().glob("*" + SUFFIX)):
        with suppress(FileNotFoundError), path.open("rb") as file:
            total += _count(file.fileno(), marks.get(path.name, 0))
    return total


def sizes() -> dict[str, int]:
    """How long each file is, in bytes."""
    found = {}
    with os.scandir(folder()) as files:
        for file in files:
            if file.name.endswith(SUFFIX):
                with suppress(FileNotFoundError):
                    found[file.name] = file.stat().st_size
    return found


def left() -> bool:
    """Whether there is a file that nobody writes to any more."""
    return any(_left(path) for path in folder().glob("*" + SUFFIX))


def leavings(marks: Mapping[str, int], limit: int) -> Iterator[tuple[bytes, ...]]:
    """Frames beyond their marks of files that nobody writes to any more, oldest file first, about `limit` events at a time. A file goes
    when more is asked for behind its last frames: who stops in between meets the file again."""
    for path in sorted(folder().glob("*" + SUFFIX)):
        offset, finished = marks.get(path.name, 0), not _left(path)
        while not finished:
            piece = _read(path, offset, limit)
            if piece.frames:
                yield piece.frames
            offset, finished = piece.end, piece.finished
            if finished:
                path.unlink(missing_ok=True)


def forget(pieces: Iterable[Piece]) -> None:
    """Remove files that are wholly in the log and that nobody will write to again."""
    for piece in pieces:
        if piece.finished:
            (folder() / piece.name).unlink(missing_ok=True)


def blank(marks: Mapping[str, int]) -> None:
    """Overwrite what has been read of files that are still written to: nothing erased may linger there."""
    for path in folder().glob("*" + SUFFIX):
        with path.open("r+b") as file:
            for start in range(0, marks.get(path.name, 0), _BLANK):
                file.write(bytes(min(_BLANK, marks[path.name] - start)))
            file.flush()
            os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make a rename or a new name in this folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _read(path: Path, offset: int, limit: int) -> Piece:
    with path.open("rb") as file:
        # Asked before reading: a writer gone now can add nothing to what we are about to see.
        orphan = _orphan(file.fileno())
        frames, left, end = [], limit, offset
        exhausted = True
        for frame, after in _records(file.fileno(), offset):
            frames.append(frame)
            end = after
            left -= int.from_bytes(frame[:4])
            if left <= 0:
                exhausted = False
                break
    return Piece(path.name, tuple(frames), end, orphan and exhausted)


def _records(fd: int, offset: int) -> Iterator[tuple[bytes, int]]:
    """Whole records from an offset on, each with the place behind it; ends at a torn one."""
    while True:
        head = os.pread(fd, _HEAD.size, offset)
        if len(head) < _HEAD.size:
            return
        length, checksum = _HEAD.unpack(head)
        frame = os.pread(fd, length, offset + _HEAD.size)
        if len(frame) < length or zlib.crc32(frame) != checksum:
            return
        offset += _HEAD.size + length
        yield frame, offset


def _left(path: Path) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as file:
        return _orphan(file.fileno())
    return False


def _count(fd: int, offset: int) -> int:
    size, total = os.fstat(fd).st_size, 0
    while offset + _HEAD.size < size:
        head = os.pread(fd, _HEAD.size + 4, offset)
        if len(head) < _HEAD.size + 4:
            break
        offset += _HEAD.size + _HEAD.unpack(head[: _HEAD.size])[0]
        total += int.from_bytes(head[_HEAD.size :]) if offset <= size else 0
    return total


def _orphan(fd: int) -> bool:
    """Whether the writer has closed the file or died."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(fd, fcntl.LOCK_UN)
    return True


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
