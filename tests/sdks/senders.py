"""Which SDKs take part in the proof? Each is run unchanged by its driver, in a process of its own; those for browsers share one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.browser.chromium import executable
from tests.house import ROOT

HERE = Path(__file__).resolve().parent
DRIVERS, PACKAGES = HERE / "drivers", HERE / "node_modules"
PYTHON_PACKAGES = ROOT / ".venv" / "sdks"
APART = 3_000
"""Numbers of one sender start so far behind those of the one before."""


@dataclass(frozen=True, slots=True)
class Sender:
    """`calls` are made before the burst. `page` and `mode` say what a browser opens and how its SDK sends.

    `stubborn`: its SDK tries again after a broken connection, so that nothing may be missing in the end.
    """

    name: str
    calls: int
    page: str = ""
    mode: str = ""
    stubborn: bool = True


SENDERS = (
    Sender("segment_python.py", 6),
    Sender("rudder_python.py", 6),
    Sender("posthog_python.py", 5),
    Sender("sensors_python.py", 6),
    Sender("segment_node.mjs", 6),
    Sender("rudder_node.mjs", 6),
    Sender("posthog_node.mjs", 5),
    Sender("sensors_node.mjs", 6, stubborn=False),
    Sender("sensors_miniprogram.mjs", 4),
    Sender("segment in Chromium", 5, "segment", "single", stubborn=False),
    Sender("segment in Chromium, batches", 5, "segment", "batch", stubborn=False),
    Sender("posthog in Chromium", 5, "posthog", "batch", stubborn=False),
    Sender("posthog in Chromium, one by one", 5, "posthog", "single", stubborn=False),
    Sender("sensors in Chromium, images", 5, "sensors", "image", stubborn=False),
    Sender("sensors in Chromium, ajax", 5, "sensors", "ajax", stubborn=False),
    Sender("sensors in Chromium, beacons", 5, "sensors", "beacon", stubborn=False),
    Sender("sensors in Chromium, batches", 5, "sensors", "batch"),
)


@dataclass(frozen=True, slots=True)
class Task:
    """What one sender is asked to do; its calls are numbered from `first` on."""

    sender: Sender
    url: str
    key: str
    person: str
    first: int
    burst: int
    seconds: float

    @property
    def made(self) -> range:
        return range(self.first, self.first + self.sender.calls + self.burst)

    @property
    def plan(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "sender"}


@dataclass(frozen=True, slots=True)
class Report:
    """Which calls an SDK holds for delivered, in the words of its driver."""

    task: Task
    sdk: str
    version: str
    delivered: frozenset[int]


def tasks(url: str, key: str, *, burst: int, seconds: float) -> list[Task]:
    """One task a sender: a person and a range of numbers of its own. Where there is no Chromium, browsers are left out."""
    return [
        Task(sender, url, key, f"cai-{place}", 1_000 + place * APART, burst, seconds)
        for place, sender in enumerate(SENDERS)
        if not sender.page or executable()
    ]


def start(given: Sequence[Task]) -> list[tuple[list[Task], subprocess.Popen[str]]]:
    """Start all drivers at once."""
    alone = [task for task in given if not task.sender.page]
    pages = [task for task in given if task.sender.page]
    started = [([task], _run(_command(task), json.dumps(task.plan))) for task in alone]
    if pages:
        plans = [
            task.plan | {key: getattr(task.sender, key) for key in ("page", "mode", "stubborn")}
            for task in pages
        ]
        command = [sys.executable, "-m", "tests.sdks.drivers.browser"]
        started.append((pages, _run(command, json.dumps(plans), PYTHONPATH=str(ROOT))))
    return started


def reports(started: Sequence[tuple[list[Task], subprocess.Popen[str]]], seconds: float) -> Iterator[Report]:
    """What each driver says at its end. Raises AssertionError where one fails."""
    for given, process in started:
        names = ", ".join(task.sender.name for task in given)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{names}: not done after {seconds} s") from None
        assert process.returncode == 0, f"{names}: {err[-1500:]}"
        lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        assert len(lines) == len(given), f"{names}: {out[-500:]} {err[-500:]}"
        for task, line in zip(given, lines, strict=True):
            yield Report(task, line["sdk"], line["version"], frozenset(line["delivered"]))


def installed() -> bool:
    """Whether `dev/sdks` has been run."""
    return PACKAGES.is_dir() and PYTHON_PACKAGES.is_dir()


def _command(task: Task) -> list[str]:
    program = sys.executable if task.sender.name.endswith(".py") else node()
    return [program, str(DRIVERS / task.sender.name)]


def _run(command: Sequence[str], plan: str, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*command, plan],
        cwd=ROOT,
        env=environment() | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environment() -> Mapping[str, str]:
    """Of a program of somebody else: it knows nothing of this house, and looks for packages where `dev/sdks` put them."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("WEILU_", "DJANGO_"))
    }
    return inherited | {
        "PYTHONPATH": str(PYTHON_PACKAGES),
        "NO_PROXY": "127.0.0.1",
        "NODE_OPTIONS": "--no-warnings",
    }


def node() -> str:
    """Node.js as `dev/need` provides it."""
    own = ROOT / ".venv" / "bin" / "node"
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "Node.js is missing: run dev/need"
    return found
