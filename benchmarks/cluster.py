"""How fast do two ClickHouse servers of 18.16 on this machine load and answer, beside the store of one machine?

`python -m benchmarks.cluster [--events N] [--members N] [--runs N]`: the same rows in both, the same questions, medians. On one machine two
servers cannot win: they share its cores with us and send each other what they find. The figure tells what the way costs.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import describe
from benchmarks.questions import HEADLINES, LAST, SPAN, fill, median, sample
from benchmarks.warehouse_load import set_up
from dev.clickhouse import Servers

QUESTIONS: dict[str, dict[str, Any]] = {
    **{
        name: {"kind": "trend", "metric": name, **SPAN} for name in (*HEADLINES, "dau", "wau", "state_active")
    },
    "heatmap": {"kind": "heatmap", "event": "message.sent", **SPAN},
    "behind dau": {"kind": "trend", "metric": "dau", "at": str(LAST), **SPAN},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(describe())
    home, servers = Path(tempfile.mkdtemp(prefix="weilu-benchmark-")), Servers()
    try:
        set_up(home)
        servers.start()
        compare(servers.url, given)
    finally:
        from weilu.core.warehouse import client

        client.stop()
        servers.stop()
        shutil.rmtree(home, ignore_errors=True)


def compare(url: str, given: argparse.Namespace) -> None:
    from weilu.core.directory.models import Community
    from weilu.core.warehouse import client, target

    rows = sample(given.events, given.members)
    found: dict[str, dict[str, float]] = {}
    for where in ("", url):
        with target.using(where):
            client.migrate()
            Community.objects.all().delete()
            begun = time.perf_counter()
            fill(rows, given.members)
            loaded = given.events / (time.perf_counter() - begun)
            found[where] = {"rows a second": loaded, **asked(given.runs)}
    print(f"{'':24} {'embedded':>10} {'2 servers':>10} {'ratio':>6}")
    for name in found[""]:
        ours, theirs = found[""][name], found[url][name]
        print(f"{name:24} {ours:10.1f} {theirs:10.1f} {theirs / ours:6.2f}")


def asked(runs: int) -> dict[str, float]:
    """Milliseconds."""
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    viewer = Viewer.everything()

    def answer(name: str) -> object:
        one = QUESTIONS[name]
        return questions.behind(one, viewer, limit=50) if "at" in one else questions.ask(one, viewer)

    return {name: median(lambda name=name: answer(name), runs) for name in QUESTIONS}


if __name__ == "__main__":
    main()
