"""Does undoing a batch give what would have been without it? Generated histories of overlapping batches and live traffic."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.elsewhere import run

PAIRS = 50


def case(number: int) -> None:
    """`PAIRS` histories drawn by the case's number, in an installation of their own."""
    with tempfile.TemporaryDirectory(prefix="weilu-proof-") as home:
        found = run("weilu.core.events.tests.stories:undo", Path(home), str(number), str(PAIRS), seconds=300)
    assert found["equal"] == PAIRS, f"{PAIRS - found['equal']} of {PAIRS} histories differ after the undo"
    assert found["moved"] > PAIRS, "too little was undone to prove anything"
