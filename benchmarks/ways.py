"""What do the questions of the figures table cost, beside the best SQL that one would write by hand for the same engine?

`python -m benchmarks.ways [--events N] [--members N] [--runs N]`: in a home of its own, rows of `benchmarks.questions`, warm, nothing
remembered between runs, ours and theirs in turn. Ratio below 1: the product is faster. Theirs maps identities to people as ours
must, but asks for no more than the figure: the funnel by `windowFunnel` tells no times and knows no order within a moment. "with
times" is what one writes to tell them, too.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import describe
from benchmarks.questions import ZONE, fill, sample
from benchmarks.warehouse_load import set_up

SPAN = {"from": "2024-01-01", "to": "2024-10-28", "timezone": ZONE}
STEPS = ("member.joined", "message.sent", "reaction.added", "member.left")
WHO = "dictGet('weilu.owner', 'person', toUInt64(identity))"
MS = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"
INSIDE = f"""happened >= toDateTime('2024-01-01 00:00:00', '{ZONE}') AND happened < toDateTime('2024-10-29 00:00:00', '{ZONE}')"""
OF_STEPS = f"kind IN {STEPS!r}"
DID = ", ".join(f"kind = '{step}'" for step in STEPS)
MARK = " + ".join(f"(kind = '{step}') * {2**n}" for n, step in enumerate(STEPS))
WINDOW = 30 * 86_400 * 1000
FUNNEL = {"kind": "funnel", "steps": [{"event": step} for step in STEPS], "window": "30d", **SPAN}
WEEKS = {
    "kind": "retention",
    "start": "message.sent",
    "return": "message.sent",
    "period": "week",
    "periods": 12,
}

BY_HAND_COUNTS = f"""SELECT level, count() FROM (SELECT windowFunnel({WINDOW})({MS}, {DID}) AS level
    FROM weilu.events WHERE {INSIDE} AND {OF_STEPS} AND {WHO} != 0 GROUP BY {WHO}) GROUP BY level"""
BY_HAND_TIMES = f"""SELECT countIf(t1 > 0), countIf(t2 > 0), quantileExactLowIf(0.5)(t2 - t1, t2 > 0), countIf(t3 > 0),
    quantileExactLowIf(0.5)(t3 - t2, t3 > 0), countIf(t4 > 0), quantileExactLowIf(0.5)(t4 - t3, t4 > 0) FROM (
    SELECT x[1].1 AS t1,
        arrayFirst(p -> p.2 = 2 AND p.1 > t1 AND p.1 <= t1 + {WINDOW}, x).1 AS t2,
        if(t2 = 0, 0, arrayFirst(p -> p.2 = 4 AND p.1 > t2 AND p.1 <= t1 + {WINDOW}, x).1) AS t3,
        if(t3 = 0, 0, arrayFirst(p -> p.2 = 8 AND p.1 > t3 AND p.1 <= t1 + {WINDOW}, x).1) AS t4 FROM (
        SELECT arraySort(arrayMap((m, k) -> (m, k), groupArray({MS}), groupArray({MARK}))) AS y, arrayFirstIndex(p -> p.2 = 1, y) AS f,
            arraySlice(y, f) AS x FROM weilu.events WHERE {INSIDE} AND {OF_STEPS} AND {WHO} != 0 GROUP BY {WHO} HAVING f > 0))"""
BY_HAND_RETENTION = f"""SELECT first, w - first AS period, count() FROM (
    SELECT {WHO} AS who, min(toRelativeWeekNum(happened, '{ZONE}')) AS first, groupUniqArray(toRelativeWeekNum(happened, '{ZONE}')) AS ws
    FROM weilu.events WHERE kind = 'message.sent' AND who != 0 GROUP BY who) ARRAY JOIN ws AS w
    WHERE first >= toRelativeWeekNum(toDateTime('2024-05-06 12:00:00', '{ZONE}'), '{ZONE}') AND w - first < 12
        AND first < toRelativeWeekNum(toDateTime('2024-07-29 12:00:00', '{ZONE}'), '{ZONE}') GROUP BY first, period"""
BY_HAND_HEAT = f"""SELECT toDayOfWeek(happened, 0, '{ZONE}') AS d, toHour(happened, '{ZONE}') AS h, count() FROM weilu.events
    WHERE {INSIDE} AND kind = 'message.sent' GROUP BY d, h"""
BY_HAND_PATHS = f"""SELECT arraySlice(kinds, arrayFirstIndex(k -> k = 'member.joined', kinds) AS f, 4) AS path, count() AS n FROM (
    SELECT arrayMap(p -> p.3, arraySort(p -> (p.1, p.2), groupArray(({MS}, position, kind)))) AS kinds FROM weilu.events
    WHERE {INSIDE} AND {WHO} != 0 GROUP BY {WHO}) WHERE has(kinds, 'member.joined') GROUP BY path ORDER BY n DESC LIMIT 20"""
BY_HAND_DAU = f"""SELECT toDate(happened, '{ZONE}') AS d, uniqExact({WHO}) FROM weilu.events WHERE interaction = 1 AND {WHO} != 0
    AND happened >= toDateTime('2024-09-29 00:00:00', '{ZONE}') AND happened < toDateTime('2024-10-29 00:00:00', '{ZONE}') GROUP BY d"""

ROWS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("four-step funnel", FUNNEL, BY_HAND_COUNTS),
    ("four-step funnel, with times", FUNNEL, BY_HAND_TIMES),
    ("retention 12 × 12", {**WEEKS, **SPAN, "from": "2024-05-06", "to": "2024-07-28"}, BY_HAND_RETENTION),
    ("heat map", {"kind": "heatmap", "event": "message.sent", **SPAN}, BY_HAND_HEAT),
    ("paths", {"kind": "paths", "after": "member.joined", "depth": 4, "top": 20, **SPAN}, BY_HAND_PATHS),
    (
        "active members, 30 days",
        {"kind": "trend", "metric": "dau", **SPAN, "from": "2024-09-29"},
        BY_HAND_DAU,
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    print(describe())
    home = Path(tempfile.mkdtemp(prefix="weilu-benchmark-"))
    try:
        set_up(home)
        fill(sample(given.events, given.members), given.members)
        print(f"{given.events:,} events, {given.members:,} members; medians of {given.runs}, ms")
        print(f"{'question':32} {'ours':>8} {'by hand':>8} {'ratio':>6}")
        for name, question, sql in ROWS:
            compare(name, question, sql, given.runs)
        print(describe())
    finally:
        from weilu.core.warehouse import client

        client.stop()
        shutil.rmtree(home, ignore_errors=True)


def compare(name: str, question: dict[str, Any], sql: str, runs: int) -> None:
    """Both in turn, so that a busy minute hits both."""
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import client, questions

    viewer = Viewer.everything()
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(runs + 1):
        questions.forget()
        ours.append(timed(lambda: questions.ask(question, viewer)))
        theirs.append(timed(lambda: client.query(sql, seconds=60)))
    mine, hand = statistics.median(ours[1:]), statistics.median(theirs[1:])
    print(f"{name:32} {mine:8.1f} {hand:8.1f} {mine / hand:6.2f}", flush=True)


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
