"""Do two shards answer as one machine does, and does killing one of them lose, double or halve anything?

The first cases load and ask while a shard is killed again and again, the next kill a move under way, the last play whole rooms
of the suite on two servers (`WEILU_TEST_WAREHOUSE_URL`).
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dev.clickhouse import Servers, found
from tests.house import ROOT

if TYPE_CHECKING:
    from weilu.core.events.incoming import Incoming

ROOMS = (
    "weilu/core/warehouse/tests/test_questions.py",
    "weilu/core/warehouse/tests/test_questions_metrics.py",
    "weilu/core/warehouse/tests/test_questions_by_name.py",
    "weilu/core/warehouse/tests/test_questions_formulas.py",
    "weilu/core/warehouse/tests/test_questions_funnels.py",
    "weilu/core/warehouse/tests/test_questions_paths.py",
    "weilu/core/warehouse/tests/test_questions_retention.py",
    "weilu/core/segments",
    "weilu/core/warehouse/tests/test_retractions.py",
    "weilu/members",
    "weilu/communities",
    "weilu/evaluation",
    "weilu/goals",
    "weilu/core/operators/tests/test_presence.py",
    "tests/oracle/test_generated.py",
    "tests/oracle/test_given.py",
    "weilu/connectors/imports/tests/test_sample.py",
)
KILL_CASES, MOVE_CASES = 10, 4
KILLS = 6
CASES = len(ROOMS) + KILL_CASES + MOVE_CASES


def case(number: int) -> None:
    """Kills first, then moves, then rooms of the suite."""
    if found() is None:
        raise unittest.SkipTest("clickhouse-server is not installed: see dev/clickhouse")
    if number < KILL_CASES:
        _killed(number)
    elif number < KILL_CASES + MOVE_CASES:
        _moved(number)
    else:
        _room(ROOMS[number - KILL_CASES - MOVE_CASES])


def _room(path: str) -> None:
    servers = Servers()
    servers.start()
    try:
        environment = {**os.environ, "WEILU_TEST_WAREHOUSE_URL": servers.url}
        command = [sys.executable, "-m", "pytest", path, "-m", "not browser", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{path}: {done.stdout[-1500:]}"
    finally:
        servers.stop()


def _killed(number: int) -> None:
    """A shard dies and comes back at any moment, while a writer loads and a reader asks."""
    chance = random.Random(number)  # moments, not secrets
    with _house() as (servers, environment):
        worker = _start("load", environment)
        assert worker.stdout is not None
        worker.stdout.readline()  # it is at work
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 1.5))
                dying = chance.randrange(servers.shards)
                servers.kill(dying)
                time.sleep(chance.uniform(0.0, 1.0))
                servers.start_one(dying)
        finally:
            servers.mend()
            worker.send_signal(signal.SIGTERM)
        told = _told(worker)
    assert told["held"] == told["positions"] == told["log"], f"lost or doubled: {told}"
    assert told["wrong"] == 0, f"{told['wrong']} answers were neither whole nor refused: {told}"
    assert told["whole"] > 0, f"no question was answered: {told}"


def _moved(number: int) -> None:
    """A move is killed with SIGKILL, again and again, until one gets through."""
    chance = random.Random(number)
    with _house() as (servers, environment):
        environment = {**environment, "MOVE_TO": servers.url, "WEILU_WAREHOUSE_URL": ""}
        filled = _told(_start("fill", environment))
        for _ in range(3):
            mover = _start("move", environment)
            time.sleep(chance.uniform(1.0, 5.0))
            mover.kill()
            mover.wait()
        told = _told(_start("move", environment))
        assert told["held"] == told["positions"] == told["log"] == filled["log"], f"{told} after {filled}"
        _told(_start("stop", environment))


@contextlib.contextmanager
def _house() -> Iterator[tuple[Servers, dict[str, str]]]:
    """Two servers and an empty home whose warehouse they are."""
    servers = Servers()
    servers.start()
    try:
        with tempfile.TemporaryDirectory(prefix="weilu-proof-") as home:
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("WEILU_")},
                "WEILU_HOME": home,
                "WEILU_SECRET_KEY": "only-for-proofs",
                "WEILU_WAREHOUSE_URL": servers.url,
                "WEILU_LOG_LEVEL": "CRITICAL",
            }
            yield servers, environment
    finally:
        servers.stop()


def _start(part: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "proofs.cluster", part]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _told(worker: subprocess.Popen[str]) -> dict[str, int]:
    out, problem = worker.communicate(timeout=300)
    assert worker.returncode == 0, problem[-1500:]
    return dict(json.loads(out.strip().splitlines()[-1]))


# in the processes of their own ---------------------------------------------------------------------------------------


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.app.commands.run import _migrate

    _migrate()


def _events(first: int, count: int) -> list[Incoming]:
    from tests.fixtures.log import say

    return [
        say(f"member{n % 97}", 1_527_854_400_000 + n * 1000, number=n) for n in range(first, first + count)
    ]


def _append(first: int, count: int) -> None:
    from weilu.core.events import actions, sequencer

    actions.append(_events(first, count), batch=7, live=False)
    sequencer.drain()


def _held() -> dict[str, int]:
    from weilu.core.events import queries as log
    from weilu.core.warehouse import client, loader

    end = time.monotonic() + 120
    while loader.loaded() < log.head() and time.monotonic() < end:
        loader.run_once()
    sql = "SELECT count() AS held, uniqExact(position) AS positions FROM weilu.events"
    told = client.query(sql, seconds=60).to_pylist()[0]
    return {**told, "log": len(log.read(0, 10_000_000))}


def load() -> None:
    """Until told to end: events come in, are loaded and asked for. What was loaded before a question and what is loaded
    after it are the bounds of a whole answer."""
    from weilu.core.errors import Unavailable
    from weilu.core.warehouse import client, loader
    from weilu.core.warehouse.servers.cluster import Cluster

    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    told, number = {"whole": 0, "refused": 0, "wrong": 0}, 0
    print("at work", flush=True)
    while not ending.is_set():
        _append(number, 500)
        number += 500
        try:
            loader.run_once()
            least = loader.loaded()
            held = client.query("SELECT count() AS n FROM weilu.events", seconds=5).column("n")[0].as_py()
            told["whole" if held == least else "wrong"] += 1
        except Unavailable:
            told["refused"] += 1
    link = client.link()
    assert isinstance(link, Cluster)
    link._down_until = 0.0
    print(json.dumps({**told, **_held()}))


def fill() -> None:
    _append(0, 60_000)
    print(json.dumps(_held()))


def move() -> None:
    from weilu.core.warehouse import moving, target

    if target.current() != os.environ["MOVE_TO"]:
        moving.move(os.environ["MOVE_TO"])
    print(json.dumps(_held()))


def stop() -> None:
    from weilu.core.warehouse import client, target

    with target.using(""):
        client.stop()
    print("{}")


if __name__ == "__main__":
    _set_up()
    {"load": load, "fill": fill, "move": move, "stop": stop}[Path(sys.argv[1]).name]()
