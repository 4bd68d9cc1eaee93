"""Is anything acknowledged lost or doubled when processes die at any moment?

An export is brought in by a command that is killed too (`importing`). A writer appends events, an SDK sends some to the front door; each notes what was acknowledged (the append returned, the answer
was 200) in a synced file of its own, while one part of a whole house after another is killed with SIGKILL. When the house has caught up, the log must hold every acknowledged event once, the
positions must have no gap, and the warehouse must hold exactly the log.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

from proofs import importing
from proofs.traffic import wait_for_more
from tests.house import ROOT, House, house

KILLS = 10
PARTS = ("worker", "warehouse", "web", "rebuild", "jobs", "writer", "import")
Started = subprocess.Popen[bytes]


def case(number: int) -> None:
    """One house, `KILLS` kills at moments drawn by the case's number."""
    chance = random.Random(number)  # moments, not secrets
    with house(WEILU_LOG_LEVEL="CRITICAL") as one:
        one.up()
        writer, building = _write(one, 0), _rebuild(one)
        sdk = _start(
            one, "proofs.sender", str(one.home), str(one.port), one.weilu_json("source", "add", "shop")["key"]
        )
        try:
            seen = 0
            for kill in range(KILLS):
                seen = wait_for_more(one.home, seen)  # every kill falls into traffic
                time.sleep(chance.uniform(0.2, 1.2))
                part = PARTS[(number + kill) % len(PARTS)]
                if part == "writer":
                    _end(writer)
                    writer = _write(one, kill + 1)
                elif part == "import":
                    importing.kill(one, chance)
                elif part == "rebuild":
                    _end(building)
                else:
                    _kill(one, part)
                building = building if building.poll() is None else _rebuild(one)
            wait_for_more(one.home, seen)
        finally:
            _end(writer)
            _end(sdk)
            _end(building)
        one.wait_ready()
        importing.finish(one)
        found = _examine(one)
    assert found["missing"] == 0, f"{found['missing']} acknowledged events are lost: {found}"
    assert found["doubled"] == 0, f"{found['doubled']} events are there twice: {found}"
    assert found["gaps"] == 0, f"positions have gaps: {found}"
    assert found["warehouse"] == found["log"], f"the warehouse differs from the log: {found}"
    assert found["answered"] > 0, f"the front door took nothing in: {found}"
    assert found["acknowledged"] > 100, f"too little was written to prove anything: {found}"


def _kill(one: House, part: str) -> None:
    pid = one.children().get(part)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _end(started: Started) -> None:
    started.kill()
    started.wait()


def _write(one: House, run: int) -> Started:
    return _start(one, "proofs.writer", str(run))


def _rebuild(one: House) -> Started:
    """The warehouse is being built anew beside everything else, again and again."""
    return _start(one, "proofs.rebuilder")


def _start(one: House, *module: str) -> Started:
    command = [sys.executable, "-m", *module]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env=one.environment, **quiet)


def _examine(one: House) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "proofs.examine"],
        cwd=ROOT,
        env=one.environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
