"""How do events of one batch come in while it is not yet certain that they may? Written through, or kept back until the end.

What is kept back stands, as frames, in a file that has no name: it is gone when it is closed or its process dies. At the end
it is published, changed on the way where accounts turned out to be something else than they seemed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

from weilu.core import clock
from weilu.core.events import frames
from weilu.core.events.actions import GROUP, append_encoded
from weilu.core.events.incoming import Actor, Incoming

_LENGTH = struct.Struct(">I")

Payload = tuple[int, bytes]
"""How many events, and their frame."""


class Stage:
    """Use as a context. `hold` may be set at any time: what is taken from then on is kept back."""

    def __init__(self, batch: int, folder: Path, *, hold: bool) -> None:
        self.hold = hold
        self.passed = False
        """Whether anything went through already."""
        self._header = frames.Header(batch, False, clock.now_ms())
        self._folder = folder
        self._waiting: list[Payload] = []
        self._kept: IO[bytes] | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._kept is not None:
            self._kept.close()

    def take(self, events: Sequence[Incoming]) -> None:
        """One frame. What was taken before `hold` was set goes through; so the order stays."""
        payload = frames.encode(events, self._header)
        if self.hold:
            self._keep(payload)
            return
        self._waiting.append((len(events), payload))
        if len(self._waiting) >= GROUP:
            self._through()

    def publish(
        self, accounts: Collection[tuple[str, str]] = (), change: Callable[[Incoming], Incoming] | None = None
    ) -> None:
        """Let everything in, durable when it returns. Events of frames that name one of the accounts (platform, outside)
        pass through `change`."""
        self._through()
        for payload in self._read():
            count = frames.count_of(payload)
            if change is not None and accounts:
                payload = self._changed(payload, accounts, change)
            self._waiting.append((count, payload))
            if len(self._waiting) >= GROUP:
                self._through()
        self._through()

    def sight(self, actors: Sequence[Actor]) -> None:
        """Tell of accounts without any event; a name that is empty never hides one that is not."""
        if actors:
            append_encoded([(0, frames.sighting(actors, self._header))])

    def _through(self) -> None:
        if self._waiting:
            append_encoded(self._waiting)
            self._waiting, self.passed = [], True

    def _keep(self, payload: bytes) -> None:
        if self._kept is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._kept = TemporaryFile(dir=self._folder)  # noqa: SIM115  # closed with the stage
        self._kept.write(_LENGTH.pack(len(payload)) + payload)

    def _read(self) -> Iterator[bytes]:
        if self._kept is None:
            return
        self._kept.seek(0)
        while head := self._kept.read(_LENGTH.size):
            yield self._kept.read(_LENGTH.unpack(head)[0])

    def _changed(
        self, payload: bytes, accounts: Collection[tuple[str, str]], change: Callable[[Incoming], Incoming]
    ) -> bytes:
        frame = frames.decode(payload)
        if not any((platform, outside) in accounts for platform, outside, *_ in frame.actors):
            return payload
        events = [change(frames.pick(frame, index)) for index in range(len(frame.keys))]
        return frames.encode(events, self._header)
