"""What do conclusions, influence and the members' pages cost at a million events of 50,000 members?

`python -m benchmarks.members [--events N] [--members N] [--runs N]`, in a home of its own, over the rows of
`benchmarks.questions`. Limits: all conclusions anew 20 s, after five events 1 s, states and tiers as known at a past position
3 s, the member page 100 ms at p95 of the server's time. Prints wall and processor time: on a busy machine the second says more.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine, questions
from benchmarks.warehouse_load import processor, set_up

PAGE_MS = 100


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
        from weilu.core.warehouse import store

        store.current()  # before the rows: a table that nobody knows is emptied and loaded anew
        questions.fill(questions.sample(given.events, given.members), given.members)
        measure(given.events, given.members, given.runs)
    finally:
        from weilu.core.warehouse import client

        client.stop()
        shutil.rmtree(home, ignore_errors=True)


def measure(events: int, members: int, runs: int) -> None:
    from weilu.core import clock

    moment = clock.from_ms((questions.BEGIN + questions.YEAR - 86_400) * 1000)
    stand_at(events, members)
    with clock.frozen(moment):
        conclusions(events, runs, int(moment.timestamp()))
        pages(members, moment)
    print(f"this process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def stand_at(events: int, members: int) -> None:
    """The store as the loader would have left it, and names for the pages."""
    from weilu.core.directory.models import Identity, Member
    from weilu.core.warehouse import store

    known = store.current()
    known.position, known.owners = events, [members, members, members * (members + 1) // 2, 0, 0]
    known.save()
    if not Member.objects.exists():
        born = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        people = [Member(pk=n, name=f"Member {n}", created_at=born) for n in range(1, members + 1)]
        Member.objects.bulk_create(people, batch_size=2_000)
        Identity.objects.bulk_create(
            [
                Identity(pk=n, platform="matrix", outside=str(n), name=f"Member {n}", member_id=n)
                for n in range(1, members + 1)
            ],
            batch_size=2_000,
        )


def conclusions(events: int, runs: int, second: int) -> None:
    from weilu.members import conclude, knowledge, standing, weigh
    from weilu.members.models import Concluded

    def anew() -> None:
        Concluded.objects.all().delete()
        conclude.run_once()

    def after_five() -> None:
        Concluded.objects.filter(key=conclude.LIFECYCLE).update(position=events - 5)
        conclude.run_once()

    told("all conclusions for the first time", [cost(anew)], 20)
    told("all conclusions anew", [cost(anew) for _ in range(runs)], 20)
    told("conclusions after five events", [cost(after_five) for _ in range(runs)], 1)
    known = [
        cost(lambda: list(knowledge.states_known(None, second * 1000, events - 1000))) for _ in range(runs)
    ]
    told("states as known at a past position", known, 3)
    told(
        "tiers of a past day",
        [cost(lambda: standing.standings(second - 86_400 * 30)) for _ in range(runs)],
        3,
    )
    tiers = [
        cost(lambda: list(standing.tiers_known(None, second * 1000, events - 1000))) for _ in range(runs)
    ]
    told("tiers as known at a past position", tiers, 3)
    told("all Mondays of a year weighed", [cost(weigh.run_once)], None)


def pages(members: int, moment: dt.datetime) -> None:
    """The member page of a spread of members, and the table by each way to ask for it."""
    from django.conf import settings
    from django.test import Client

    from tests.fixtures.cast import operator

    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(operator("ada@example.com", "Ada", "owner"))
    step = max(1, members // 300)
    told_pages("member page", [served(client, f"/members/{n}/") for n in range(1, members, step)], PAGE_MS)
    told_pages("member page of the busiest", [served(client, f"/members/{n}/") for n in busiest(60)], PAGE_MS)
    day = (moment - dt.timedelta(days=60)).date()
    for path in (
        "",
        "?sort=name",
        f"?as_of={day}",
        f"{busiest(1)[0]}/talks/",
        f"{busiest(1)[0]}/?as_of={day}",
        "moves/",
    ):
        told_pages(f"/members/{path}", [served(client, f"/members/{path}") for _ in range(5)], 3000)


def busiest(count: int) -> list[int]:
    from weilu.core.warehouse import client

    sql = "SELECT identity FROM weilu.events GROUP BY identity ORDER BY count() DESC LIMIT {n:UInt32}"
    return [int(one) for one in client.query(sql, {"n": count}).column("identity").to_pylist()]


def served(client: object, path: str) -> float:
    """Milliseconds of the server's time."""
    started = time.perf_counter()
    answer = client.get(path)
    found = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, (path, answer.status_code)
    return found


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, processor) seconds, the warehouse's included."""
    from weilu.core.warehouse import client

    warehouse = client.ping()
    before = processor(os.getpid()) + processor(warehouse)
    started = time.perf_counter()
    work()
    wall = time.perf_counter() - started
    return wall, processor(os.getpid()) + processor(warehouse) - before


def told(name: str, costs: list[tuple[float, float]], limit: float | None) -> None:
    print(machine.line(name, [wall for wall, _ in costs], "s", limit), flush=True)
    print(f"    processor: {machine.percentile([used for _, used in costs], 0.5):.2f} s")


def told_pages(name: str, times: list[float], limit: float) -> None:
    p50, p95 = (machine.percentile(times, share) for share in (0.5, 0.95))
    verdict = "held" if p95 <= limit else "MISSED"
    print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms   limit {limit:g} ms: {verdict}", flush=True)


if __name__ == "__main__":
    main()
