"""Who gets the processor first where one machine does everything? Whoever waits for a page or an acknowledgement."""

from __future__ import annotations

import os

BEHIND = 5
"""`nice` of what nobody waits for, above that of the house; it still leaves a worker a quarter. It counts among processes of one
session only: between sessions Linux shares the processor equally, whatever `nice` says."""
MARK = "WEILU_BEHIND"
"""In the surroundings of who stands behind, and of whom they start."""


def stand_behind() -> None:
    """This process, and those that it starts, let those pass that somebody waits for; once, whoever began with it."""
    if MARK not in os.environ:
        os.nice(BEHIND)
        os.environ[MARK] = "1"
