"""How many events a second does tracking take in, synced before the answer, and how soon do they show?

`python -m benchmarks.tracking fill|batch|single|rivals|charts|writes [--seconds N] [--home PATH] [--postgres URL]`, on this machine with
the load generator beside:

- fill: `--before` events (5,000,000) into a `--home` that stays, for the others to begin with
- batch: batches of 100 as fast as they are answered (limit 45,000 events/s embedded, 30,000 on PostgreSQL); then until log and
  warehouse have caught up (limit 120 s)
- single: one event a request (limit 5,000/s), then at half of that p99 (limit 25 ms)
- rivals: the same body to a Django view on PostgreSQL under two gunicorn workers, row by row (limit 8 times) and in bulk (limit twice)
- charts: 5,000 events a second; how long until an event shows in a chart (limit 5 s), memory from minute to minute (limit +5%)
- writes: a console write each tenth of a second while tracking runs at full rate (limit p99 100 ms)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.machine import describe, percentile
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=sorted(PARTS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--before", type=int, default=5_000_000, help="events to fill in")
    parser.add_argument("--home", default="", help="a home that stays; else an empty one that is removed")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--postgres", default="", help="URL of an empty database, used instead of SQLite")
    given = parser.parse_args()
    print(describe())
    with tracked(given.postgres, given.home) as one:
        PARTS[given.what](one, *add_source(one), given)


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


def filled(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    fill(one, key, given.before, given.people)


def batch(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    before, used = position(one), processor(one)
    figures = load(
        one.url, "/v1/batch", key, given, "--seconds", str(given.seconds), "--connections", str(BATCHES)
    )
    limit = 30_000 if given.postgres else 45_000
    print(
        f"batches of 100, {before} events before: {figures.rate:,.0f} events/s (limit {limit:,}), {figures}"
    )
    print(f"caught up after {caught_up(one, before + figures.events):.1f} s (limit 120)")
    each = {name: (now - used.get(name, 0)) / figures.events * 1e6 for name, now in processor(one).items()}
    print("processor time an event: " + ", ".join(f"{name} {us:.1f} µs" for name, us in each.items()))


def single(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    before = position(one)
    several = ("--batch", "1", "--seconds", str(given.seconds), "--connections", str(SINGLES))
    full = load(one.url, "/v1/track", key, given, *several)
    print(f"one event a request: {full.rate:,.0f}/s (limit 5,000), {full}")
    caught_up(one, before + full.events)
    half = load(one.url, "/v1/track", key, given, *several, "--rate", "2500")
    print(f"at 2,500/s: p99 {half.p99} ms (limit 25), {half}")


def rivals(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    several = ("--seconds", str(given.seconds), "--connections", "16")
    with served() as url:
        rows = load(url, "/rows", "none", given, *several)
        bulk = load(url, "/bulk", "none", given, *several)
    ours = load(one.url, "/v1/batch", key, given, *several)
    print(f"ours {ours.rate:,.0f} events/s, row by row {rows.rate:,.0f}, in bulk {bulk.rate:,.0f}")
    print(
        f"{ours.rate / rows.rate:.1f} times row by row (limit 8), {ours.rate / bulk.rate:.1f} times in bulk (limit 2)"
    )


def charts(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    several = ("--batch", "50", "--rate", "100", "--seconds", str(given.seconds), "--connections", "16")
    command = [sys.executable, "-m", "benchmarks.tracking_load", one.url, "/v1/batch", key, *several]
    generator = subprocess.Popen(
        [*command, "--people", str(given.people)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    started, waits, sizes, chart = time.monotonic(), [], [], Chart(one, key)
    while generator.poll() is None:
        waits.append(chart.seconds_until_shown())
        minute = int((time.monotonic() - started) // 60)
        if minute > len(sizes) - 1:
            sizes.append(memory(one))
            print(f"minute {minute}: {sum(sizes[-1].values()) / 2**20:.0f} MB PSS {sizes[-1]}", flush=True)
        time.sleep(0.5)
    sizes.append(memory(one))
    told = json.loads(generator.communicate()[0])
    print(f"{told['events'] / told['seconds']:,.0f} events/s for {told['seconds']} s")
    print(
        f"event → chart: most {max(waits):.2f} s, median {percentile(waits, 0.5):.2f} s of {len(waits)} (limit 5)"
    )
    first, last = (sum(size.values()) for size in (sizes[min(1, len(sizes) - 1)], sizes[-1]))
    print(
        f"memory from minute 1 to the end: {first / 2**20:.0f} → {last / 2**20:.0f} MB, {(last / first - 1) * 100:+.1f}% (limit +5)"
    )


def writes(one: House, source: int, key: str, given: argparse.Namespace) -> None:
    ada = Operator(one, source)
    command = [sys.executable, "-m", "benchmarks.tracking_load", one.url, "/v1/batch", key]
    generator = subprocess.Popen(
        [
            *command,
            "--seconds",
            str(given.seconds),
            "--connections",
            str(BATCHES),
            "--people",
            str(given.people),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    times = ada.write_times(lambda: generator.poll() is None)
    told = json.loads(generator.communicate()[0])
    print(f"beside {told['events'] / told['seconds']:,.0f} events/s: {len(times)} console writes")
    print(
        f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms (limit 100), most {max(times):.1f}"
    )


Part = Callable[[House, int, str, argparse.Namespace], None]
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
