"""Is anything being written while a proof kills? A slow machine must not make a proof that proves nothing."""

from __future__ import annotations

import time
from pathlib import Path

PATIENCE_SECONDS = 60.0


def acknowledged(home: Path) -> int:
    """How many events the writers of this home have noted as acknowledged."""
    return sum(_last(path) for path in home.glob("acknowledged.*"))


def wait_for_more(home: Path, than: int) -> int:
    """Wait until more than so many are acknowledged; returns how many."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (now := acknowledged(home)) <= than:
        assert time.monotonic() < end, f"the writers stand still at {now} events"
        time.sleep(0.05)
    return now


def _last(path: Path) -> int:
    lines = [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1]) if lines else 0
