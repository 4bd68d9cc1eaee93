"""Who carries events from the intake to the pages? One pump per installation turns the steps round until nothing moves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import close_old_connections

from weilu.core.errors import Unavailable
from weilu.core.jobs.locks import only_one

logger = logging.getLogger("weilu.pump")
IDLE_SECONDS = 0.25
BROKEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """`run()` carries what waits one stage further and returns how much moved; `waiting()` says if more is to come."""

    name: str
    run: Callable[[], int]
    waiting: Callable[[], bool]


_steps: tuple[Step, ...] = ()


def register(steps: Iterable[Step]) -> None:
    """Called once from `app.registry`; the order is the way of the data."""
    global _steps
    _steps = tuple(steps)


def turn() -> int:
    """Run each step once; a step whose part is down is passed over, the others go on. Returns how much moved."""
    return sum(_run(step) for step in _steps)


def catch_up(seconds: float = 600.0) -> bool:
    """Carry all that waits to the pages, or wait while another process does; False where time ran out."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with only_one("pump") as held:
            if held:
                return _drain(until)
        if not waiting():
            return True
        time.sleep(0.1)
    return False


def waiting() -> bool:
    """Whether anything has been taken in that does not show yet."""
    return any(step.waiting() for step in _steps)


def run_forever(stop: threading.Event) -> None:
    """The worker's pump thread: turns while something moves, rests a moment when nothing does."""
    while not stop.is_set():
        with only_one("pump") as held:
            while held and not stop.is_set():
                close_old_connections()
                if not turn():
                    stop.wait(IDLE_SECONDS)
        stop.wait(BROKEN_SECONDS)


def _drain(until: float) -> bool:
    while time.monotonic() < until:
        if not turn():
            return not waiting()
    return False


def _run(step: Step) -> int:
    try:
        return step.run()
    except Unavailable:
        time.sleep(IDLE_SECONDS)
        return 0
    except Exception:
        logger.exception("pump step failed", extra={"step": step.name})
        time.sleep(BROKEN_SECONDS)
        return 0
