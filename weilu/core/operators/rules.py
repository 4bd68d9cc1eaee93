"""After how many failures is a door locked, for how long, and which codes of an authenticator are good now?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

FORGET_AFTER = dt.timedelta(hours=24)
STEP_SECONDS = 30
"""RFC 6238, section 4: the default time step."""
DRIFT_STEPS = 1
"""RFC 6238, section 5.2 recommends at most one step for the delay of network and hand."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is counted at one door: `free` attempts in a row cost nothing, then each failure doubles the lock."""

    scope: str
    free: int
    first: dt.timedelta
    longest: dt.timedelta


ACCOUNT = Door("account", 5, dt.timedelta(seconds=30), dt.timedelta(hours=1))
ADDRESS = Door("address", 20, dt.timedelta(seconds=30), dt.timedelta(hours=1))
SECOND = Door("second", 5, dt.timedelta(seconds=30), dt.timedelta(hours=1))
FIRST_START = Door("first-start", 5, dt.timedelta(seconds=30), dt.timedelta(hours=1))


def counted(door: Door, count: int, last_at: dt.datetime, now: dt.datetime) -> int:
    """Failures that still count; a quiet day clears them."""
    return 0 if now - last_at >= FORGET_AFTER else count


def lock(door: Door, count: int) -> dt.timedelta | None:
    """How long the door stays shut after `count` attempts in a row, None while they are free."""
    if count < door.free:
        return None
    doublings: int = min(count - door.free, 20)
    return min(door.first * (1 << doublings), door.longest)


def step_at(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def steps_to_try(moment: dt.datetime, last_used: int) -> range:
    """Steps whose codes are good now; none that was used, and none before it, so that no code works twice."""
    now = step_at(moment)
    return range(max(now - DRIFT_STEPS, last_used + 1), now + DRIFT_STEPS + 1)
