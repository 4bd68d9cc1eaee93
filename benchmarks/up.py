"""How soon is the house warm, and what does it cost to keep? Start, second start, memory, idle, disk.

`python -m benchmarks.up`: `weilu up --sample` in an empty home until ready and played, then again; PSS of all processes
together; share of a core while nobody asks; bytes per event on disk.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.machine import describe
from tests.house import House, house
from tests.visitor import Visitor

IDLE_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    print(describe())
    with house() as one:
        started = time.monotonic()
        ready = one.up("--sample")
        wait_for_sample(one)
        print(
            f"first start: ready after {ready:.1f} s, sample brand shown after {time.monotonic() - started:.1f} s (limit 90)"
        )
        one.down()
        print(f"second start: ready after {one.up():.1f} s (limit 10)")
        warm(one)
        print(f"memory: {pss(one) / 2**20:.0f} MB PSS in {len(pids(one))} processes (limit 900)")
        for name, pid in one.children().items():
            print(f"  {name}: {_pss_of(pid) / 2**20:.0f} MB")
        for minute in ("first minute, what is due being done", "second minute"):
            print(f"idle, {minute}: {idle(one) * 100:.1f}% of a core (limit 3)")
        disk(one)


def wait_for_sample(one: House, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        figures = told(one)  # nothing from a process that still warms up
        position, loaded = figures.get("log_position", 0), figures.get("warehouse_position", 0)
        if position > 1000 and position == loaded and not figures["intake_waiting"]:
            return
        time.sleep(0.5)
    raise AssertionError(f"the sample brand did not appear in {seconds} s")


def told(one: House) -> dict[str, int]:
    lines = [
        line.split() for line in one.get("/metrics")[1].decode().splitlines() if not line.startswith("#")
    ]
    return {name.removeprefix("weilu_"): int(value) for name, value in lines}


def warm(one: House) -> None:
    visitor = Visitor(one.url)
    for path in ("/", "/login", "/first-start"):
        visitor.get(path)


def pids(one: House) -> list[int]:
    assert one.process is not None
    return [one.process.pid, *one.children().values()]


def pss(one: House) -> int:
    return sum(_pss_of(pid) for pid in pids(one))


def _pss_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("Pss:")))


def idle(one: House) -> float:
    before, started = _ticks(one), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (_ticks(one) - before) / TICKS / (time.monotonic() - started)


def _ticks(one: House) -> int:
    return sum(
        sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        for pid in pids(one)
    )


def disk(one: House) -> None:
    events = told(one)["log_position"]
    parts = {
        "log": sum(f.stat().st_size for f in one.home.glob("log*") if f.is_file()),
        "business": sum(f.stat().st_size for f in one.home.glob("weilu.sqlite3*")),
        "warehouse": sum(f.stat().st_size for f in (one.home / "warehouse").rglob("*") if f.is_file()),
    }
    total = sum(parts.values())
    rest = ", ".join(f"{name} {size / events:.0f}" for name, size in parts.items())
    print(f"disk: {total / events:.0f} bytes an event over {events:,} events ({rest})")


if __name__ == "__main__":
    main()
