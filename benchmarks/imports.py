"""How long does one `weilu import` take in a home of its own, and how much memory does it hold? Shared by `import_*.py`.

Measured as an operator sees it: the whole command, from its start until the events can be asked for; memory is the peak of
the command itself (the warehouse is a process of its own).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def home() -> tempfile.TemporaryDirectory[str]:
    """A new home with its tables, as after the first start."""
    folder = tempfile.TemporaryDirectory(prefix="weilu-import-")
    _weilu(folder.name, "migrate")
    return folder


def bring_in(where: str, format_name: str, path: Path) -> tuple[float, dict[str, object]]:
    """Wall seconds of the command, and what it printed."""
    began = time.perf_counter()
    printed = _weilu(where, "import", format_name, str(path), "--yes", "--json")
    return time.perf_counter() - began, json.loads(printed)


def peak_megabytes() -> float:
    """The largest of the commands run so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _weilu(where: str, *words: str) -> str:
    environment = {**os.environ, "WEILU_HOME": where, "WEILU_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-m", "weilu.app", *words],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
