"""How does `weilu up` run everything as one? It starts the processes, restarts what dies, and ends them together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

from weilu.app.listening import HANDED_DOWN

PATIENCE_SECONDS = 10.0
"""How long a child may take to end before it is killed."""
STEADY_SECONDS = 30.0
"""A child that lived this long is restarted at once; one that did not waits longer each time."""


@dataclass(slots=True)
class Child:
    """One process of the house, known by the arguments it is started with. What runs `once` is not started again; one that
    answers visitors gets the `door` they come through."""

    name: str
    arguments: tuple[str, ...]
    once: bool = False
    door: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        command = [sys.executable, "-m", "weilu.app", *self.arguments]
        # A group of its own: Ctrl-C reaches the supervisor alone, which then ends its children in order. The session stays the
        # same: between sessions Linux shares the processor equally, whatever `nice` says.
        told, handed = {"WEILU_SUPERVISED": "1"}, list[int]()
        if self.door is not None:
            told[HANDED_DOWN], handed = str(self.door.fileno()), [self.door.fileno()]
        self.process = subprocess.Popen(command, process_group=0, env={**os.environ, **told}, pass_fds=handed)

    def watch(self) -> int | None:
        """Restart when dead and due; returns the exit status of a death just noticed."""
        if self.process is not None and (status := self.process.poll()) is not None:
            steady = time.monotonic() - self.started > STEADY_SECONDS
            self.failures = 0 if steady else self.failures + 1
            self.not_before = time.monotonic() + (
                0 if self.failures == 0 else min(2.0**self.failures, 30.0) / 4
            )
            self.process = None
            return status
        if self.process is None and not (self.once and self.started) and time.monotonic() >= self.not_before:
            self.start()
        return None


class Supervisor:
    """Runs the children until a signal comes, then ends them and waits."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self._stop = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        try:
            while not self._stop:
                for child in self.children:
                    status = child.watch()
                    if status not in (None, 0) and not self._stop:
                        then = "" if child.once else "; it is started again"
                        sys.stderr.write(f"weilu: {child.name} ended with status {status}{then}\n")
                time.sleep(0.2)
        finally:
            self._end_all()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _end_all(self) -> None:
        living = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in living:
            process.terminate()
        until = time.monotonic() + PATIENCE_SECONDS
        for process in living:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
