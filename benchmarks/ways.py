"""What do the questions of the figures table cost, beside the best SQL that one would write by hand for the same engine?

`python -m benchmarks.ways [--events N] [--members N] [--runs N] [--home FOLDER]`: rows of `benchmarks.questions`, warm, nothing remembered
between runs, ours and theirs in turn. With `--home` the filled home is kept, and found again the next time: the figures of the
issue are those of `--events 20000000 --members 1000000`. Ratio below 1: the product is faster; limits are 1.2 and so many
milliseconds at that size.

Theirs maps identities to people as ours must, but asks for no more than the figure: the funnel by `windowFunnel` tells no times and
knows no order within a moment. "with times" is what one writes to tell them, too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
KINDS, NUMBERS = list(STEPS), [1, 2, 3, 4]
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
PACKED = f"({MS}) * 16 + {MARK}"
BY_HAND_TIMES = f"""SELECT countIf(t1 > 0), countIf(t2 > 0), quantileExactLowIf(0.5)(intDiv(t2, 16) - intDiv(t1, 16), t2 > 0),
    countIf(t3 > 0), quantileExactLowIf(0.5)(intDiv(t3, 16) - intDiv(t2, 16), t3 > 0),
    countIf(t4 > 0), quantileExactLowIf(0.5)(intDiv(t4, 16) - intDiv(t3, 16), t4 > 0) FROM (
    SELECT arraySort(groupArray({PACKED})) AS x,
        arrayFirst(p -> p % 16 = 1, x) AS t1, t1 + {WINDOW} * 16 AS until,
        arrayFirst(p -> p % 16 = 2 AND p > t1 AND p <= until, x) AS t2,
        if(t2 = 0, 0, arrayFirst(p -> p % 16 = 4 AND p > t2 AND p <= until, x)) AS t3,
        if(t3 = 0, 0, arrayFirst(p -> p % 16 = 8 AND p > t3 AND p <= until, x)) AS t4
    FROM weilu.events WHERE {INSIDE} AND {OF_STEPS} AND {WHO} != 0 GROUP BY {WHO} HAVING t1 > 0)"""
MONDAY = int(dt.datetime(2024, 5, 6, tzinfo=ZoneInfo(ZONE)).timestamp())
WEEK = 7 * 86_400
BY_HAND_RETENTION = f"""SELECT intDiv(first - {MONDAY}, {WEEK}) AS cohort, count(), {", ".join(f"countIf(bitTest(weeks, cohort + {n}))" for n in range(12))}
    FROM (SELECT min(toUnixTimestamp(happened)) AS first, groupBitOrIf(bitShiftLeft(toUInt64(1),
            toUInt8(greatest(0, least(63, intDiv(toInt64(toUnixTimestamp(happened)) - {MONDAY}, {WEEK}))))), happened >= toDateTime({MONDAY})) AS weeks
        FROM weilu.events WHERE kind = 'message.sent' AND {WHO} != 0 GROUP BY {WHO})
    WHERE first >= {MONDAY} AND first < {MONDAY + 12 * WEEK} GROUP BY cohort"""
BY_HAND_HEAT = f"""SELECT toDayOfWeek(at, 0, '{ZONE}') AS d, toHour(at, '{ZONE}') AS h, sum(n) FROM (
    SELECT toStartOfHour(happened) AS at, count() AS n FROM weilu.events
    WHERE {INSIDE} AND kind = 'message.sent' GROUP BY at) GROUP BY d, h"""
"""Shanghai's clock is ahead by whole hours and never changed."""
BY_HAND_PATHS = f"""SELECT arraySlice(arrayMap(p -> p.2, arrayFilter(p -> p.1 >= begun, walk)), 1, 4) AS path, count() AS n FROM (
    SELECT minIf({MS}, kind = 'member.joined') AS begun, arraySort(groupArray(({MS}, transform(kind, {KINDS}, {NUMBERS}, toUInt8(0))))) AS walk
    FROM weilu.events WHERE {INSIDE} AND {WHO} != 0 GROUP BY {WHO} HAVING begun > 0) GROUP BY path ORDER BY n DESC LIMIT 20"""
BY_HAND_DAU = f"""SELECT toDate(happened, '{ZONE}') AS d, uniqExact({WHO}) FROM weilu.events WHERE interaction = 1 AND {WHO} != 0
    AND happened >= toDateTime('2024-09-29 00:00:00', '{ZONE}') AND happened < toDateTime('2024-10-29 00:00:00', '{ZONE}') GROUP BY d"""

SECOND = 1000.0
ROWS: tuple[tuple[str, dict[str, Any], str, float], ...] = (
    ("four-step funnel", FUNNEL, BY_HAND_COUNTS, SECOND),
    ("four-step funnel, with times", FUNNEL, BY_HAND_TIMES, SECOND),
    (
        "retention 12 × 12",
        {**WEEKS, **SPAN, "from": "2024-05-06", "to": "2024-07-28"},
        BY_HAND_RETENTION,
        SECOND,
    ),
    ("heat map", {"kind": "heatmap", "event": "message.sent", **SPAN}, BY_HAND_HEAT, SECOND),
    (
        "paths",
        {"kind": "paths", "after": "member.joined", "depth": 4, "top": 20, **SPAN},
        BY_HAND_PATHS,
        2 * SECOND,
    ),
    (
        "active members, 30 days",
        {"kind": "trend", "metric": "dau", **SPAN, "from": "2024-09-29"},
        BY_HAND_DAU,
        SECOND,
    ),
)
FULL = 20_000_000
"""The limits in milliseconds are for so many events."""
WORST_RATIO = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print(describe())
    with filled(given.home, given.events, given.members):
        print(f"{given.events:,} events, {given.members:,} members; medians of {given.runs}, ms")
        print(f"{'question':32} {'ours':>8} {'by hand':>8} {'ratio':>6}")
        for name, question, sql, limit in ROWS:
            if name.startswith(given.only):
                most = limit if given.events >= FULL else None
                compare(name, question, sql, given.runs, most)
        print(describe())


@contextmanager
def filled(kept: Path | None, events: int, members: int) -> Iterator[None]:
    """A home of so many rows; one that is kept is filled once."""
    home = kept or Path(tempfile.mkdtemp(prefix="weilu-benchmark-"))
    home.mkdir(parents=True, exist_ok=True)
    mark = home / f"filled-{events}-{members}"
    set_up(home)
    from weilu.core.warehouse import client

    try:
        if not mark.exists():
            assert not list(home.glob("filled-*")), "this home holds other rows"
            fill(sample(events, members), members)
            mark.touch()
        as_loaded(events, members)
        while client.query("SELECT count() AS n FROM system.merges").column("n")[0].as_py():
            time.sleep(1)
        yield
    finally:
        client.stop()
        if kept is None:
            shutil.rmtree(home, ignore_errors=True)


def as_loaded(events: int, members: int) -> None:
    """The store is known to hold so many events, as the loader would have left it."""
    from weilu.core.warehouse import client, homes
    from weilu.core.warehouse.models import Store

    owners = [members, members, members * (members + 1) // 2, 0, 0]
    Store.objects.all().delete()
    Store.objects.create(
        uuid=client.generation(), current=True, position=events, owners=owners, home=homes.mine()
    )


def compare(name: str, question: dict[str, Any], sql: str, runs: int, limit: float | None) -> None:
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
    print(
        f"{name:32} {mine:8.1f} {hand:8.1f} {mine / hand:6.2f}   {verdict(mine, mine / hand, limit)}",
        flush=True,
    )


def verdict(milliseconds: float, ratio: float, limit: float | None) -> str:
    """Which limits are held and which missed."""
    told = [f"{WORST_RATIO:g}×: {'held' if ratio <= WORST_RATIO else 'MISSED'}"]
    if limit is not None:
        told.append(f"{limit:g} ms: {'held' if milliseconds <= limit else 'MISSED'}")
    return ", ".join(told)


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
