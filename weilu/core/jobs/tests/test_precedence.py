"""What nobody waits for stands behind the doors, however nice the whole house is."""

from __future__ import annotations

import os
import subprocess
import sys

from weilu.core.precedence import BEHIND

CHILD = """
import os, subprocess, sys
from weilu.core.precedence import stand_behind
stand_behind()
print(os.nice(0), flush=True)
if len(sys.argv) > 1:
    subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
"""


def test_it_stands_behind_by_the_same_and_once_whoever_started_it() -> None:
    nice = min(os.nice(0) + 3, 19 - BEHIND)
    done = subprocess.run(
        ["nice", "-n", str(nice - os.nice(0)), sys.executable, "-c", CHILD, CHILD],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [int(line) for line in done.stdout.split()] == [nice + BEHIND] * 2
