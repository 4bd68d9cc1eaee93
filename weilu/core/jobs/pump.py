"""Who carries events from the intake to the pages? Two lanes, one pump each in the whole installation: into the log, and from
it to the store and what is concluded from that. A pump turns the steps of its lane round until nothing moves.

Two lanes since there are two cores: `weilu up` gives each a process. In two threads of one they would wait for Python's one
lock after every row that SQLite takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db import close_old_connections, connections

from weilu.core import disk
from weilu.core.collecting import seldom
from weilu.core.errors import Unavailable
from weilu.core.jobs.locks import only_one

logger = logging.getLogger("weilu.pump")
IDLE_SECONDS = 0.25
BROKEN_SECONDS = 2.0
STUCK_SECONDS = 5.0
"""A part that was killed, or an event that fails and is not parked yet, is over by then; what is not, is down."""
FLOOD = 2_000
"""So many rows in one turn are an import, not people talking."""
FLOOD_SECONDS = 60.0
RESTS = 3
REST_SECONDS = 5.0
"""Conclusions rest so many times as long as the last ones took, outside of floods no longer than this: they want what all others
want, and among many people of whom some always do something they would never end."""
LOG, STORE = "pump-log", "pump-store"
"""The lanes, by the names of their locks."""
LANES = (LOG, STORE)
BREATH_SECONDS = {LOG: 0.25, STORE: 0.5}
"""Turns of a lane begin no oftener while each takes all there is. One of few events costs nearly what one of many does (syncs, parts
to merge, a dictionary read anew): endless turns at 3,300 events a second took two to three times the processor time of these,
from the doors. Whoever asks waits for the store, so it rests no longer."""

_flood_since: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`run()` carries what waits one stage further and returns how much moved; `waiting()` says if more is to come.

    A `patient` step draws conclusions: while a flood comes in it waits for the end, since it would only have to
    correct itself with every block. A `shared` step may run in several workers at once, and does: each part of its work has
    one claimant. Where one run moves `piece` there is more to come at once; 0 where a run takes all there is.
    """

    name: str
    run: Callable[[], int]
    waiting: Callable[[], bool]
    patient: bool = False
    shared: bool = False
    lane: str = LOG
    piece: int = 0


class Look(Protocol):
    """Knows when it is worth asking the steps."""

    def due(self) -> bool: ...


_steps: tuple[Step, ...] = ()
_look: Callable[[], Look]


def register(steps: Iterable[Step], look: Callable[[], Look]) -> None:
    """Called once from `app.registry`; the order is the way of the data, `look` makes one for the thread that asks."""
    global _steps, _look
    _steps, _look = tuple(steps), look


def turn(lanes: Collection[str] = LANES, *, conclude: bool = True) -> int:
    """Run each step once; a step whose part is down is passed over, the others go on. Returns how much moved.

    Without `conclude` the patient steps are left to somebody else. With a full disk everything waits where it is: it is safe
    there, and what little room is left serves those who read.
    """
    if not disk.has_room():
        return 0
    moved, _ = _carry(lanes)
    return moved + _conclude(lanes) if conclude and _may_run(moved) else moved


def _carry(lanes: Collection[str]) -> tuple[int, bool]:
    """Run each step once that is not patient; returns how much moved, and whether one of them has left something."""
    moved, more = 0, False
    for step in _steps:
        if step.lane in lanes and not step.patient:
            done = _run(step)
            moved, more = moved + done, more or 0 < step.piece <= done
    return moved, more


def _conclude(lanes: Collection[str]) -> int:
    global _flood_since
    began = time.monotonic()
    moved = sum(_run(step) for step in _steps if step.lane in lanes and step.patient)
    if _flood_since is not None:
        rest = RESTS * (time.monotonic() - began)
        _flood_since = time.monotonic() + max(0.0, rest - FLOOD_SECONDS)
    return moved


def _may_run(moved: int) -> bool:
    """Whether the flood is over, or has lasted so long that a picture of the middle of it is better than none: once a
    minute then, or it would be drawn anew with every block."""
    global _flood_since
    if moved < FLOOD:
        _flood_since = None
        return True
    _flood_since = _flood_since or time.monotonic()
    if time.monotonic() - _flood_since <= FLOOD_SECONDS:
        return False
    _flood_since = time.monotonic()
    return True


class _Beside:
    """Draws conclusions in a thread of its own: among a hundred thousand people that takes seconds, and what comes in
    meanwhile must show meanwhile."""

    def __init__(self, lane: str) -> None:
        self._lane = lane
        self._thread: threading.Thread | None = None
        self._moved = 0
        self._rested = 0.0

    def look(self, moved: int) -> int:
        """Begin anew where the last one is through and has rested, and the flood allows it; returns how much the last one moved."""
        if self._thread is not None and self._thread.is_alive():
            return 0
        done, self._moved = self._moved, 0
        drawn = [step for step in _steps if step.lane == self._lane and step.patient]
        if drawn and _may_run(moved) and self._is_rested() and any(step.waiting() for step in drawn):
            self._thread = threading.Thread(target=self._conclude, name="conclusions")
            self._thread.start()
        return done

    def finish(self) -> None:
        """Wait for the one under way."""
        if self._thread is not None:
            self._thread.join()

    def _is_rested(self) -> bool:
        return time.monotonic() >= self._rested

    def _conclude(self) -> None:
        began = time.monotonic()
        self._moved = _conclude((self._lane,))
        connections.close_all()
        self._rested = time.monotonic() + min(REST_SECONDS, RESTS * (time.monotonic() - began))


def catch_up(seconds: float = 600.0) -> bool:
    """Carry all that waits to the pages, or wait while another process does; False where time ran out, or nothing moved for a
    while: a part is down."""
    until = moved = time.monotonic()
    until += seconds
    while time.monotonic() < until:
        found = [_once(lane) for lane in LANES]
        if any(found):
            moved = time.monotonic()
        elif not waiting():
            return True
        elif None in found:  # another is at it, and knows better whether it stands still
            moved = time.monotonic()
            time.sleep(0.1)
        elif time.monotonic() > moved + STUCK_SECONDS:
            return False
        else:
            time.sleep(IDLE_SECONDS)
    return False


def _once(lane: str, *, conclude: bool = True) -> int | None:
    """One turn of a lane; None where another process has it."""
    with only_one(lane) as held:
        return turn((lane,), conclude=conclude) if held else None


def waiting() -> bool:
    """Whether anything has been taken in that does not show yet."""
    return any(step.waiting() for step in _steps)


def run_forever(stop: threading.Event, lane: str) -> None:
    """A worker's pump thread of a lane: turns while something moves, rests a moment when nothing does. While another worker
    has the lane it lends a hand with the shared steps and stands by."""
    while not stop.is_set():
        with only_one(lane) as held:
            if held:
                _pump(stop, lane)
        _lend_a_hand(stop, lane)


def _pump(stop: threading.Event, lane: str) -> None:
    beside, look = _Beside(lane), _look()
    try:
        while not stop.is_set():
            close_old_connections()
            began, moved, more = time.monotonic(), 0, False
            if look.due() and disk.has_room():
                moved, more = _carry((lane,))
                moved += beside.look(moved)
            if not moved:
                stop.wait(IDLE_SECONDS)
            elif not more:
                stop.wait(max(0.0, began + BREATH_SECONDS[lane] - time.monotonic()))
    finally:
        # Whoever has the lane next must be the only one who concludes.
        beside.finish()


def _lend_a_hand(stop: threading.Event, lane: str) -> None:
    until = time.monotonic() + BROKEN_SECONDS
    shared = [step for step in _steps if step.shared and step.lane == lane]
    while time.monotonic() < until and not stop.is_set():
        close_old_connections()
        if not disk.has_room() or not sum(_run(step) for step in shared):
            stop.wait(IDLE_SECONDS)


def help_out(stop: threading.Event) -> None:
    """Beside a process that brings much in: carry, and let go after every turn, so that it can draw the conclusions."""
    while not stop.is_set():
        if not sum(_once(lane, conclude=False) or 0 for lane in LANES):
            stop.wait(IDLE_SECONDS)


def _run(step: Step) -> int:
    try:
        with seldom():
            return step.run()
    except Unavailable:
        time.sleep(IDLE_SECONDS)
        return 0
    except Exception:
        logger.exception("pump step failed", extra={"step": step.name})
        time.sleep(BROKEN_SECONDS)
        return 0
