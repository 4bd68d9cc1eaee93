"""How fast do events enter the log? A bulk append and its sequencing, in a home of its own.

`python -m benchmarks.sequencer [--events N] [--members N] [--runs N] [--postgres URL]`: the limit is 40,000 events a
second through the sequencer on SQLite, for an import whose accounts repeat. Prints rates, bytes per event and memory.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine

LIMIT = 40_000
START = 1_700_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--members", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--postgres", default="", help="URL of an empty database, used instead of SQLite")
    given = parser.parse_args()
    print(machine.describe())
    rates = [_apart(given, run) for run in range(given.runs)]
    for index, name in enumerate(("append", "sequencer", "second import, all repeats", "undo")):
        print(machine.line(name, [rate[index] for rate in rates], "events/s"))
    middle = statistics.median(rate[1] for rate in rates)
    print(f"sequencer: {middle:,.0f} events/s, at least {LIMIT:,}: {'held' if middle >= LIMIT else 'MISSED'}")
    print(f"bytes an event on disk: {rates[0][4]:.0f}; most memory {max(rate[5] for rate in rates):.0f} MB")


def _apart(given: argparse.Namespace, run: int) -> list[float]:
    """One run in a process of its own, with a home of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        home = Path(tempfile.mkdtemp(prefix="weilu-benchmark-"))
        try:
            found = measure(home, given.events, given.members, run, given.postgres)
            os.write(writer, " ".join(map(str, found)).encode())
        finally:
            shutil.rmtree(home, ignore_errors=True)
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(child, 0)
    return [float(value) for value in answer.split()]


def measure(home: Path, count: int, members: int, seed: int, postgres: str) -> list[float]:
    os.environ.update(
        WEILU_HOME=str(home), DJANGO_SETTINGS_MODULE="weilu.app.settings", WEILU_LOG_LEVEL="ERROR"
    )
    if postgres:
        os.environ["WEILU_DATABASE_URL"] = postgres
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
    from weilu.core.events import actions, sequencer

    rates = []
    for step in (
        lambda: actions.append(events(count, members, seed), batch=seed * 2 + 1),
        sequencer.drain,
    ):
        rates.append(count / _timed(step))
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    actions.append(events(count, members, seed), batch=seed * 2 + 2)
    rates.append(count / _timed(sequencer.drain))
    actions.retract_batch(seed * 2 + 2)
    rates.append(count / _timed(lambda: actions.retract_batch(seed * 2 + 1)))
    return [*rates, size / count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]


def _timed(step: object) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def events(count: int, members: int, seed: int) -> Iterator[object]:
    """Messages of a Zipf-like crowd over three months, some of them replies or mentions; an export in order of time."""
    from weilu.core.events.incoming import Actor, Incoming, Place
    from weilu.core.events.keys import key, object_id

    chance = random.Random(seed)
    people = [Actor("chat", str(number), f"Member {number}") for number in range(members)]
    rooms = [Place("chat", str(number), f"room-{number}") for number in range(20)]
    community = Place("chat", "hearth", "Hearth")
    moment = START
    for number in range(count):
        moment += chance.randrange(1, 60_000)
        author = people[int(members * chance.random() ** 3)]
        yield Incoming(
            key("chat", moment, "hearth", number, "sent"), "message.sent", moment, "chat", author, community,
            chance.choice(rooms), object_id("chat", "hearth", number),
            object_id("chat", "hearth", number - 1) if number % 4 == 0 else 0, None,
            (people[0],) if number % 16 == 0 else (), None, {"length": 40, "words": 8}, "so warm by the hearth " * 2,
        )  # fmt: skip


if __name__ == "__main__":
    main()
