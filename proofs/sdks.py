"""Is everything there, once, that a published SDK holds for delivered, when the server is killed while they send?

Segment, RudderStack, PostHog and Sensors for Python and Node, the browser SDKs of Segment, PostHog and Sensors in Chromium, and
Sensors' mini-program SDK all send at the same time to one house: identify, track, page, group, alias and a burst. Meanwhile
the process that takes events in is killed with SIGKILL and started again. What an SDK counts as delivered must be in the log exactly
once, nothing may be there twice, and nothing that nobody sent. Cases with an odd number stand on a PostgreSQL server of their own.
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
from collections.abc import Sequence

from proofs.databases import database
from tests.house import ROOT, House, house
from tests.sdks import senders
from tests.sdks.senders import SENDERS, Report, Task

__all__ = ["KILLS", "SENDERS", "case", "judge"]

KILLS = 2
BURST = 200
SECONDS = 10.0
PATIENCE_SECONDS = 120.0


def case(number: int, *, kills: int = KILLS, burst: int = BURST, seconds: float = SECONDS) -> None:
    """One house, all SDKs, `kills` kills at moments drawn by the case's number."""
    assert senders.installed(), "the SDKs are missing: run dev/sdks"
    with database(postgres=number % 2 == 1) as url, house(WEILU_LOG_LEVEL="ERROR", **url) as one:
        one.up()
        source = one.weilu_json("source", "add", "SDKs")
        given = senders.tasks(one.url, source["key"], burst=burst, seconds=seconds)
        started = senders.start(given)
        try:
            _kill_web(one, random.Random(number), kills, seconds)
            told = list(senders.reports(started, PATIENCE_SECONDS))
        finally:
            for _given, process in started:
                process.kill()
        found = _found(one, source["code"])
    judge(told, found)


def judge(told: Sequence[Report], found: dict[int, int]) -> None:
    """Raises AssertionError with one line for each SDK that is wrong."""
    problems = [problem for report in told for problem in _wrong(report, found)]
    made = {number for report in told for number in report.task.made}
    if invented := sorted(set(found) - made):
        problems.append(f"{len(invented)} calls are in the log that nobody made: {invented[:5]}")
    assert not problems, "\n".join(problems)


def _wrong(report: Report, found: dict[int, int]) -> list[str]:
    task = report.task
    lost = sorted(number for number in report.delivered if number not in found)
    doubled = sorted(number for number in task.made if found.get(number, 0) > 1)
    missing = sorted(number for number in task.made if number not in found)
    who = f"{task.sender.name} ({report.sdk} {report.version})"
    problems = []
    if lost:
        problems.append(f"{who}: {len(lost)} delivered calls are not in the log: {_shown(task, lost)}")
    if doubled:
        problems.append(f"{who}: {len(doubled)} calls are there more than once: {_shown(task, doubled)}")
    if task.sender.stubborn and missing:
        problems.append(
            f"{who}: it tries again, yet {len(missing)} calls are missing: {_shown(task, missing)}"
        )
    if len(report.delivered) < len(task.made) / 10:
        problems.append(
            f"{who}: only {len(report.delivered)} of {len(task.made)} calls were delivered: too few to prove anything"
        )
    return problems


def _shown(task: Task, numbers: Sequence[int]) -> list[int]:
    """The first few, counted from the sender's first call."""
    return [number - task.first for number in numbers[:6]]


def _kill_web(one: House, chance: random.Random, kills: int, seconds: float) -> None:
    """Kill the whole front door `kills` times while the SDKs send; each time it has been started again and has served a while."""
    for _kill in range(kills):
        time.sleep(seconds / (kills + 1) * chance.uniform(0.6, 1.0))
        for pid in [pid for part, pid in one.children().items() if part.startswith("web")]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        one.wait_ready()


def _found(one: House, source: str) -> dict[int, int]:
    """How often each numbered call stands in the log."""
    one.wait_ready()
    done = subprocess.run(
        [sys.executable, "-m", "tests.sdks.examine", source],
        cwd=ROOT, env=one.environment, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    return {int(number): count for number, count in json.loads(done.stdout.splitlines()[-1])["found"].items()}
