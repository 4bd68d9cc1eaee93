"""How many events a second does tracking take in, synced before the answer, and how soon do they show?

`python -m benchmarks.tracking fill|batch|single|rivals|charts|writes [--runs N] [--seconds N] [--home PATH] [--postgres URL]`, on this
machine with the load generator beside; medians of `--runs`:

- fill: `--before` events (5,000,000) into a `--home` that stays, for the others to begin with
- batch (on a filled home): batches of 100 as fast as they are answered (limit 45,000 events/s embedded, 30,000 on PostgreSQL); then until log and
  warehouse have caught up (limit 120 s)
- single: one event a request (limit 5,000/s), then at half of what was measured p99 (limit 25 ms)
- rivals (on a filled home): the same body to a Django view on PostgreSQL under two gunicorn workers, row by row (limit 8 times) and in bulk (limit twice)
- charts (300 s): 5,000 events a second; how long until an event shows in a chart (limit 5 s), memory from minute to minute (limit +5%)
- writes: a console write each tenth of a second while tracking runs at full rate (limit p99 100 ms)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.machine import describe, line, percentile
from benchmarks.rivals.served import served
from benchmarks.tracking_house import (
    Chart,
    Figures,
    Operator,
    add_source,
    caught_up,
    fill,
    memory,
    position,
    processor,
    tracked,
)
from tests.house import ROOT, House

BATCHES, SINGLES = 48, 64
"""Connections."""
BEFORE = 5_000_000
"""Events that must be there already, for the figures that the issue asks for so."""
CHART_SECONDS = 5.0
SECONDS = {"charts": 300.0}
RUNS = {"fill": 1, "charts": 1}


@dataclass(frozen=True)
class Told:
    """One figure of one run; `least`: the limit is to be reached, not kept under."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=sorted(PARTS))
    parser.add_argument("--seconds", type=float, help="of load in each run; 60, for charts 300")
    parser.add_argument("--runs", type=int, help="3, for charts 1")
    parser.add_argument("--before", type=int, default=BEFORE, help="events to fill in")
    parser.add_argument("--home", default="", help="a home that stays; else an empty one that is removed")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--postgres", default="", help="URL of an empty database, used instead of SQLite")
    given = parser.parse_args()
    given.seconds = given.seconds or SECONDS.get(given.what, 60.0)
    print(describe())
    found: dict[str, list[Told]] = defaultdict(list)
    with tracked(given.postgres, given.home) as one:
        number, key = add_source(one)
        for _run in range(given.runs or RUNS.get(given.what, 3)):
            for told in PARTS[given.what](one, number, key, given):
                found[told.name].append(told)
    for name, all_ in found.items():
        print(line(name, [told.value for told in all_], all_[0].unit, all_[0].limit, least=all_[0].least))


def load(url: str, path: str, key: str, given: argparse.Namespace, *more: str) -> Figures:
    command = [
        sys.executable,
        "-m",
        "benchmarks.tracking_load",
        url,
        path,
        key,
        "--people",
        str(given.people),
    ]
    done = subprocess.run([*command, *more], capture_output=True, text=True, cwd=ROOT, check=True)
    return Figures(**json.loads(done.stdout))


def enough(before: int) -> bool:
    """Whether so much is there already that what is measured is the figure; said where it is not."""
    if before < BEFORE:
        print(
            f"not the figure: {before:,} events before, not {BEFORE:,}; fill a --home first and give it here"
        )
    return before >= BEFORE


def filled(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    fill(one, key, given.before, given.people)
    return []


def batch(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    before, used = position(one), processor(one)
    real = enough(before)
    figures = load(
        one.url, "/v1/batch", key, given, "--seconds", str(given.seconds), "--connections", str(BATCHES)
    )
    limit = 30_000 if given.postgres else 45_000
    print(f"batches of 100, {before:,} events before: {figures.rate:,.0f} events/s, {figures}")
    waited = caught_up(one, before + figures.events)
    each = {name: (now - used.get(name, 0)) / figures.events * 1e6 for name, now in processor(one).items()}
    print("processor time an event: " + ", ".join(f"{name} {us:.1f} µs" for name, us in each.items()))
    return [
        Told("batches of 100", figures.rate, "events/s", limit if real else None, least=True),
        Told("caught up after", waited, "s", 120 if real else None),
    ]


def single(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    before = position(one)
    several = ("--batch", "1", "--seconds", str(given.seconds), "--connections", str(SINGLES))
    full = load(one.url, "/v1/track", key, given, *several)
    print(f"one event a request: {full.rate:,.0f}/s, {full}")
    caught_up(one, before + full.events)
    half = load(one.url, "/v1/track", key, given, *several, "--rate", str(full.rate / 2))
    print(f"at {full.rate / 2:,.0f}/s: {half}")
    caught_up(one, before + full.events + half.events)
    return [
        Told("one event a request", full.rate, "events/s", 5_000, least=True),
        Told("p99 at half of that", half.p99, "ms", 25),
    ]


def rivals(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    several = ("--seconds", str(given.seconds), "--connections", "16")
    before = position(one)
    real = enough(before)
    with served() as url:
        rows = load(url, "/rows", "none", given, *several)
        bulk = load(url, "/bulk", "none", given, *several)
    ours = load(one.url, "/v1/batch", key, given, *several)
    print(f"ours {ours.rate:,.0f} events/s, row by row {rows.rate:,.0f}, in bulk {bulk.rate:,.0f}")
    caught_up(one, before + ours.events)
    return [
        Told("ours against row by row", ours.rate / rows.rate, "times", 8 if real else None, least=True),
        Told("ours against in bulk", ours.rate / bulk.rate, "times", 2 if real else None, least=True),
    ]


def charts(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    several = ("--batch", "50", "--rate", "100", "--seconds", str(given.seconds), "--connections", "16")
    command = [sys.executable, "-m", "benchmarks.tracking_load", one.url, "/v1/batch", key, *several]
    generator = subprocess.Popen(
        [*command, "--people", str(given.people)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    started, waits, sizes, chart = time.monotonic(), [], [], Chart(one, key)
    while generator.poll() is None:
        waits.append(chart.seconds_until_shown())
        if waits[-1] > CHART_SECONDS:
            print(f"second {time.monotonic() - started:.0f}: shown after {waits[-1]:.1f} s", flush=True)
        minute = int((time.monotonic() - started) // 60)
        if minute > len(sizes) - 1:
            sizes.append(memory(one))
            print(f"minute {minute}: {sum(sizes[-1].values()) / 2**20:.0f} MB PSS {sizes[-1]}", flush=True)
        time.sleep(0.5)
    sizes.append(memory(one))
    told = json.loads(generator.communicate()[0])
    print(
        f"event → chart: median {percentile(waits, 0.5):.2f} s, p95 {percentile(waits, 0.95):.2f} s of {len(waits)}"
    )
    return [
        Told("events came in", told["events"] / told["seconds"], "events/s", 4_950, least=True),
        Told("event → chart, the longest", max(waits), "s", CHART_SECONDS),
        *_grown([sum(size.values()) for size in sizes]),
    ]


def _grown(sizes: list[int]) -> list[Told]:
    """How much memory has grown from minute 1 to the end; `sizes` at each full minute, and at the end."""
    if len(sizes) < 4:
        print("memory: too short a time to tell; give it five minutes")
        return []
    first, last = sizes[1], sizes[-1]
    print(f"memory from minute 1 to the end: {first / 2**20:.0f} → {last / 2**20:.0f} MB")
    return [Told("memory grew by", (last / first - 1) * 100, "%", 5)]


def writes(one: House, source: int, key: str, given: argparse.Namespace) -> list[Told]:
    before, ada = position(one), Operator(one, source)
    several = ("--seconds", str(given.seconds), "--connections", str(BATCHES), "--people", str(given.people))
    command = [sys.executable, "-m", "benchmarks.tracking_load", one.url, "/v1/batch", key, *several]
    generator = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    times = ada.write_times(lambda: generator.poll() is None)
    told = json.loads(generator.communicate()[0])
    print(f"beside {told['events'] / told['seconds']:,.0f} events/s: {len(times)} console writes")
    caught_up(one, before + told["events"])
    return [
        Told("console writes, p50", percentile(times, 0.5), "ms"),
        Told("console writes, p99", percentile(times, 0.99), "ms", 100),
        Told("console writes, the longest", max(times), "ms"),
    ]


Part = Callable[[House, int, str, argparse.Namespace], list[Told]]
PARTS: dict[str, Part] = {
    "fill": filled,
    "batch": batch,
    "single": single,
    "rivals": rivals,
    "charts": charts,
    "writes": writes,
}


if __name__ == "__main__":
    main()
