"""Do several workers share the handlers' cursors without skipping or doubling, whoever of them is killed?

Four workers, each with the house's pump and three handlers registered, beside a writer of live events and imports. One after
the other is killed with SIGKILL and started again. At the end each handler must have had exactly what it wants, once.
Cases with an even number stand on a PostgreSQL server of their own, the others on SQLite.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from proofs.databases import database
from proofs.traffic import wait_for_more
from proofs.worker import READY
from tests.house import ROOT, House, house

WORKERS = 4
KILLS = 5
START_SECONDS = 90.0


def case(number: int) -> None:
    """One installation, `KILLS` kills at moments drawn by the case's number."""
    chance = random.Random(number)  # moments, not secrets
    with database(postgres=number % 2 == 0) as url, house(WEILU_LOG_LEVEL="CRITICAL", **url) as one:
        _run(one, "proofs.worker", "prepare")
        writers = [_start(one, "proofs.writer", "0"), _start(one, "proofs.writer", "1", "import")]
        workers = [_start(one, "proofs.worker") for _ in range(WORKERS)]
        try:
            seen = 0
            for _kill in range(KILLS):
                seen = wait_for_more(one.home, seen)
                time.sleep(chance.uniform(0.3, 1.0))
                at = chance.randrange(WORKERS)
                _all_work(one, workers)
                _end(workers[at])
                workers[at] = _start(one, "proofs.worker")
        finally:
            for process in (*writers, *workers):
                _end(process)
        found = json.loads(_run(one, "proofs.handled").splitlines()[-1])
        log = json.loads(_run(one, "proofs.examine").splitlines()[-1])
    _judge(found, log)


def _all_work(one: House, workers: Sequence[subprocess.Popen[bytes]]) -> None:
    """A kill before a worker has begun would prove nothing."""
    until = time.monotonic() + START_SECONDS
    while not all((one.home / f"{READY}{worker.pid}").exists() for worker in workers):
        assert time.monotonic() < until, "a worker did not begin"
        time.sleep(0.1)
    assert all(worker.poll() is None for worker in workers), "a worker ended by itself"


def _judge(found: dict[str, Any], log: dict[str, int]) -> None:
    for what in ("missing", "doubled", "too_many"):
        assert not any(found[what].values()), f"{what}: {found}"
    assert found["parked_as_they_should"], f"parked are not those that failed: {found}"
    assert found["parked"] > 0, f"nothing failed: {found}"
    assert 100 < found["live"] < found["events"], f"too little was written to prove anything: {found}"
    assert log["missing"] == log["doubled"] == log["gaps"] == 0, f"log: {log}"
    assert log["warehouse"] == log["log"], f"the warehouse differs from the log: {log}"


def _run(one: House, *module: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=ROOT, env=one.environment, capture_output=True, text=True, timeout=180
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout


def _start(one: House, *module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=one.environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
