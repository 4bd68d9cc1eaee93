"""How fast does the column store take the log in, how soon does an event show, what does a question cost at least?

`python -m benchmarks.warehouse_load [--events N] [--members N] [--runs N]`, in a home of its own. Limits: a million rows in
10 s, `SELECT 1` in 3 ms, visible 2 s after the commit. Prints memory of the warehouse's process and bytes an event on disk.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine

CHAT = 1_700_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    print(machine.describe())
    home = Path(tempfile.mkdtemp(prefix="weilu-benchmark-"))
    try:
        set_up(home)
        measure(given.events, given.members, given.runs)
    finally:
        from weilu.core.warehouse import client

        client.stop()
        shutil.rmtree(home, ignore_errors=True)


def set_up(home: Path) -> None:
    os.environ.update(
        WEILU_HOME=str(home), DJANGO_SETTINGS_MODULE="weilu.app.settings", WEILU_LOG_LEVEL="ERROR"
    )
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)


def measure(count: int, members: int, runs: int) -> None:
    from benchmarks.sequencer import events
    from weilu.core.events import actions, sequencer
    from weilu.core.warehouse import client, loader
    from weilu.core.warehouse.rebuild import rebuild
    from weilu.core.warehouse.status import status

    started = time.perf_counter()
    client.ping()
    print(f"warehouse started in {time.perf_counter() - started:.2f} s, {memory(client.ping())}")
    actions.append(events(count, members, 1), batch=1)
    sequencer.drain()
    begun = processor(os.getpid()), processor(client.ping())
    started = time.perf_counter()
    while loader.run_once():
        pass
    first = time.perf_counter() - started
    spent = [
        now - then
        for now, then in zip((processor(os.getpid()), processor(client.ping())), begun, strict=True)
    ]
    print(f"processor seconds of the first load: loader {spent[0]:.1f}, warehouse {spent[1]:.1f}")
    rates = [first, *(timed(rebuild) for _ in range(runs - 1))]
    print(machine.line(f"{count:,} rows loaded", rates, "s", limit=10 * count / 1_000_000))
    print(f"after loading: {memory(client.ping())}; this process {resident():.0f} MB at most")
    time.sleep(4)
    print(f"at rest: {memory(client.ping())}")
    asked = [timed(lambda: client.query("SELECT 1 AS one")) * 1000 for _ in range(1000)]
    print(
        f"SELECT 1: median {machine.percentile(asked, 0.5):.2f} ms, p99 {machine.percentile(asked, 0.99):.2f} ms, limit 3 ms"
    )
    shown = [visible(number) for number in range(20)]
    print(machine.line("from commit to visible", shown, "s", limit=2))
    idle = [timed(loader.run_once) * 1000 for _ in range(200)]
    print(f"a turn of the loader with nothing to do: median {machine.percentile(idle, 0.5):.2f} ms")
    found = status()
    print(f"{found.bytes_per_event} bytes an event on disk, {found.parts} parts")


def visible(number: int) -> float:
    """Seconds from the log's commit to the row in the table, beside a loader that turns as the worker's pump does."""
    from benchmarks.sequencer import events
    from weilu.core.events import actions, queries, sequencer
    from weilu.core.warehouse import client, loader

    stop = threading.Event()
    pump = threading.Thread(target=lambda: turn(stop, loader.run_once))
    pump.start()
    time.sleep(0.3)
    actions.append(events(1, 1, 1_000 + number), batch=2, live=True)
    sequencer.drain()
    started, head = time.perf_counter(), queries.head()
    sql = "SELECT count() AS n FROM weilu.events WHERE position = {head:UInt64}"
    while not client.query(sql, {"head": head}).column("n")[0].as_py():
        time.sleep(0.005)
    seconds = time.perf_counter() - started
    stop.set()
    pump.join()
    return seconds


def turn(stop: threading.Event, run: Callable[[], object]) -> None:
    while not stop.wait(0.25):
        run()


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> str:
    lines = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    size = {name: int(lines[name].split()[0]) // 1024 for name in ("Pss", "Private_Dirty")}
    return f"warehouse process {size['Pss']} MB PSS ({size['Private_Dirty']} MB of it its own)"


def resident() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
