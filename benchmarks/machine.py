"""On which machine was this measured, and how noisy was it?"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path


def describe() -> str:
    """One line: processor, cores, memory, load, and how fast Python is here just now: shared machines differ threefold."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.2f}, "
        f"Python {turns() / 1e6:.1f}M turns/s"
    )


def turns() -> float:
    """How many turns of an empty sum's loop a second, the best of three."""
    spent = []
    for _ in range(3):
        started, total = time.perf_counter(), 0
        for number in range(1_000_000):
            total += number
        spent.append(time.perf_counter() - started)
    return 1_000_000 / min(spent)


def seconds(work: Callable[[], object], runs: int = 5) -> list[float]:
    """Wall seconds of each run, after one that does not count."""
    work()
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found


def line(
    name: str, values: list[float], unit: str, limit: float | None = None, *, least: bool = False
) -> str:
    """`name: median (min to max) unit`, with the limit that the issue sets; `least`: it is to be reached, not kept under."""
    middle = statistics.median(values)
    verdict = ""
    if limit is not None:
        held = middle >= limit if least else middle <= limit
        verdict = f"   limit {limit:g} {unit}: {'held' if held else 'MISSED'}"
    return f"{name}: median {_short(middle)} {unit} ({_short(min(values))} to {_short(max(values))}, {len(values)} runs){verdict}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
