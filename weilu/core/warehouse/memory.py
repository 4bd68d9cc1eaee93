"""How much memory may the warehouse's process take on this machine, and when does it give back what it does not need?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

LEAST, MOST = 1_500_000_000, 4_000_000_000
OTHERS = 900_000_000
"""What one question leaves to those that are answered beside it."""
CONTAINER = Path("/sys/fs/cgroup/memory.max")
"""The limit of the container that we run in, where there is one: a number, or the word max (cgroup-v2, kernel documentation)."""

BUSY_SECONDS = 1.0
"""While requests come, memory is given back so often: one kind of question after the other would leave all of chDB's code resident."""
FULL, FULL_OF_FILES, FULL_SECONDS = 260_000_000, 80_000_000, 0.25
"""Where so much is resident, so much of it files, it is given back as soon as this: the next question may need 100 MB on top."""


class Limits(NamedTuple):
    """Bytes: of all questions together, of one, and from where on one writes to the disk what it groups or sorts."""

    server: int
    query: int
    spill: int


def limits(machine: int) -> Limits:
    """For a machine of so many bytes: a sixth of it, since the other processes live there too.

    Twenty million events in arrays for each of a million members are more than 600 MB; on the disk they take four times as long.
    """
    server = max(LEAST, min(machine // 6, MOST))
    query = server - OTHERS
    return Limits(server, query, max(query // 3, query - 2 * OTHERS))


def give_back_after(resident: int, of_files: int) -> float:
    """Seconds between one giving back and the next, for a process with so many bytes in memory. Only what stands in files is worth the haste."""
    return FULL_SECONDS if resident >= FULL and of_files >= FULL_OF_FILES else BUSY_SECONDS


def machine_bytes() -> int:
    own = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    told = CONTAINER.read_text().strip() if CONTAINER.exists() else ""
    return min(own, int(told)) if told.isdigit() else own
