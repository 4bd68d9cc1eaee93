"""Who gets the processor first where one machine does everything? Whoever waits for a page or an acknowledgement."""

from __future__ import annotations

import os

BEHIND = 5
"""`nice` of what nobody waits for; it still leaves a worker a quarter. It counts among processes of one session only: between
sessions Linux shares the processor equally, whatever `nice` says."""


def stand_behind() -> None:
    """This process lets those pass that somebody waits for."""
    os.nice(max(0, BEHIND - os.nice(0)))
