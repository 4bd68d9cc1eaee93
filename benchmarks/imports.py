"""How long does one `weilu import` take in a home of its own, and how much memory does each process hold? Shared by `import_*.py`.

Measured as an operator sees it: the whole command, from its start until the events can be asked for. Memory is the peak
(`VmHWM`) of every process that takes part, each by its name: the command, its helper, the warehouse. It counts all that is resident at once,
pages of files that could be dropped at any time included (docs/decisions/0063).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAMES = {"weilu.core.warehouse.server": "warehouse", "worker": "helper", "import": "command"}
"""A word of a process's command line → what it is here; the first that fits."""
LOOK_SECONDS = 0.1

Peaks = dict[str, float]
"""Name of a process → its peak in MB."""


@contextmanager
def home() -> Iterator[str]:
    """A new home with its tables, as after the first start. Its warehouse ends with it."""
    where = tempfile.mkdtemp(prefix="weilu-import-")
    try:
        _weilu(where, "migrate").wait()
        yield where
    finally:
        _stop_warehouse(where)
        shutil.rmtree(where, ignore_errors=True)


def bring_in(where: str, format_name: str, path: Path, peaks: Peaks) -> tuple[float, dict[str, object]]:
    """Wall seconds of the command, and what it printed; `peaks` grows."""
    began = time.perf_counter()
    with _weilu(where, "import", format_name, str(path), "--yes", "--json") as command:
        while command.poll() is None:
            _look(where, peaks)
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - began
        told = command.stdout.read() if command.stdout else ""
    if command.returncode:
        raise SystemExit(f"the import ended with status {command.returncode}: {told}")
    return seconds, json.loads(told)


def processor() -> float:
    """Processor seconds of all commands and helpers that have ended: on a machine that does other things too this says more than
    the clock. The warehouse is not among them."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _look(where: str, peaks: Peaks) -> None:
    for pid in _processes(where):
        with suppress(OSError, StopIteration):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            name = next(name for word, name in NAMES.items() if word in words)
            status = Path(f"/proc/{pid}/status").read_text().splitlines()
            peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
            peaks[name] = max(peaks.get(name, 0.0), peak)


def _processes(where: str) -> Iterator[int]:
    """All processes of this home: each has it in its environment."""
    mark = f"WEILU_HOME={where}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)


def _stop_warehouse(where: str) -> None:
    """It would close by itself after a minute of rest, and write into the folder that goes."""
    lock = Path(where) / "warehouse" / "server.lock"
    with suppress(OSError, ValueError):
        pid = int(lock.read_text())
        os.kill(pid, 15)
        while pid in _processes(where):
            time.sleep(LOOK_SECONDS)


def _weilu(where: str, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "WEILU_HOME": where, "WEILU_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "weilu.app", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
