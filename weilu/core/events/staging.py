"""How do events of one batch come in while it is not yet certain that they may? Written through, or kept back until the end.

What is kept back stands in a file that has no name: it is gone when it is closed or its process dies. At the end it is
published, changed on the way where accounts turned out to be something else than they seemed.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

from weilu.core import clock
from weilu.core.events import frames
from weilu.core.events.actions import GROUP, append_encoded
from weilu.core.events.incoming import Actor, Incoming

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
        """As many as one frame holds. What was taken before `hold` was set goes through; so the order stays."""
        if self.hold:
            self._keep(events)
        else:
            self._add(events)

    def publish(self, change: Callable[[Incoming], Incoming] | None = None) -> None:
        """Let everything in, durable when it returns. What was kept back passes through `change`."""
        self._through()
        for events in self._read():
            self._add([change(event) for event in events] if change is not None else events)
        self._through()

    def sight(self, actors: Sequence[Actor]) -> None:
        """Tell of accounts without any event; a name that is empty never hides one that is not."""
        if actors:
            append_encoded([(0, frames.sighting(actors, self._header))])

    def _add(self, events: Sequence[Incoming]) -> None:
        self._waiting.append((len(events), frames.encode(events, self._header)))
        if len(self._waiting) >= GROUP:
            self._through()

    def _through(self) -> None:
        if self._waiting:
            append_encoded(self._waiting)
            self._waiting, self.passed = [], True

    def _keep(self, events: Sequence[Incoming]) -> None:
        if self._kept is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._kept = TemporaryFile(dir=self._folder)  # noqa: SIM115  # closed with the stage
        # Pickled, since they are changed before they become frames; nobody else can write to this file.
        pickle.dump(list(events), self._kept, protocol=5)

    def _read(self) -> Iterator[list[Incoming]]:
        if self._kept is None:
            return
        self._kept.seek(0)
        with suppress(EOFError):
            while True:
                yield pickle.load(self._kept)  # noqa: S301
