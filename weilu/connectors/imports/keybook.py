"""How many of these events are there already? Exact, for any number of them, in bounded memory.

Keys are dealt into buckets by their hash; equal keys meet in one bucket. Beyond `IN_MEMORY` the buckets go to a temporary
file each, so that only one of them is in memory when they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

from weilu.core.events import queries
from weilu.core.events.keys import KEY_BYTES

BUCKETS = 64
HASH_BYTE = 6
IN_MEMORY = 16 * 2**20
ASKED_AT_ONCE = 20_000


class KeyBook:
    """Use as a context: temporary files end with it."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(BUCKETS)]
        self._held = 0
        self._files: list[IO[bytes]] = []
        self._stack = ExitStack()
        self.total = 0

    def __enter__(self) -> KeyBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, key: bytes) -> None:
        self._buckets[key[HASH_BYTE] & (BUCKETS - 1)] += key
        self._held += KEY_BYTES
        self.total += 1
        if self._held >= IN_MEMORY:
            self._spill()

    def duplicates(self) -> int:
        """Keys that stood here before, or that the log knows."""
        fresh = 0
        for keys in self._sets():
            known = sum(len(queries.known_keys(some)) for some in _pieces(sorted(keys)))
            fresh += len(keys) - known
        return self.total - fresh

    def _sets(self) -> Iterator[set[bytes]]:
        for number, bucket in enumerate(self._buckets):
            packed = bytes(bucket)
            if self._files:
                self._files[number].seek(0)
                packed = self._files[number].read() + packed
            yield {packed[at : at + KEY_BYTES] for at in range(0, len(packed), KEY_BYTES)}

    def _spill(self) -> None:
        if not self._files:
            self._files = [self._stack.enter_context(file) for file in map(_temporary, range(BUCKETS))]
        for file, bucket in zip(self._files, self._buckets, strict=True):
            file.write(bucket)
            bucket.clear()
        self._held = 0


def _temporary(_number: int) -> AbstractContextManager[IO[bytes]]:
    return TemporaryFile()


def _pieces(keys: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(keys), ASKED_AT_ONCE):
        yield keys[start : start + ASKED_AT_ONCE]
