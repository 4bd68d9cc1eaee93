"""Does what happens still show while the warehouse is built anew? Time from commit to visible before, during and after.

`python -m benchmarks.rebuild [EVENTS]`: a house with the sample brand of so many events, its warehouse rebuilt by the command
while one live event after another is recorded. Limit: 2 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median

from benchmarks.machine import describe
from tests.house import ROOT, House, house

LIMIT = 2.0
QUIET_EVENTS = 15


def main(events: int) -> None:
    print(describe())
    with house() as one:
        one.up()
        one.weilu("demo", "--events", str(events), "--json")
        os.environ.update(one.environment)
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "weilu.app.settings"
        django.setup()
        tell("before", [visible(number) for number in range(QUIET_EVENTS)])
        begun = time.monotonic()
        building = start(one)
        during = []
        while building.poll() is None:
            during.append(visible(100 + len(during)))
        said = json.loads((building.communicate()[0] or "{}").strip().splitlines()[-1])
        tell(
            f"during a rebuild of {said['position']:,} positions in {time.monotonic() - begun:.1f} s", during
        )
        tell("after", [visible(10_000 + number) for number in range(QUIET_EVENTS)])


def start(one: House) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "weilu.app", "warehouse", "rebuild", "--json"]
    return subprocess.Popen(command, cwd=ROOT, env=one.environment, stdout=subprocess.PIPE, text=True)


def visible(number: int) -> float:
    """Seconds from the commit of one live event until the table that answers holds it."""
    from proofs.writer import event
    from weilu.core.events import actions, queries
    from weilu.core.warehouse import loader

    before = queries.head()
    actions.append([event(77, number)], batch=0, live=True)
    begun = time.monotonic()
    while not (before < queries.head() <= loader.loaded()):
        time.sleep(0.01)
        assert time.monotonic() - begun < 120, "it never shows"
    return time.monotonic() - begun


def tell(when: str, seconds: list[float]) -> None:
    print(
        f"{when}: {len(seconds)} events, median {median(seconds):.2f} s, longest {max(seconds):.2f} s (limit {LIMIT:.0f})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200_000)
