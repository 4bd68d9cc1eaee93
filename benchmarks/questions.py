"""What does each question cost at a million events of 50,000 members, beside DuckDB over the same rows?

`python -m benchmarks.questions [--events N] [--members N] [--runs N]`, in a home of its own. Every metric over 28 days by day
and all communities, then the other kinds, the headline figures of a page together, and the people behind a number; nothing is
remembered between runs. Where DuckDB answers too (SQL of its own, all cores, same process) the ratio stands beside: below 1
the product is faster.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.machine import describe
from benchmarks.warehouse_load import set_up

YEAR = 365 * 86_400
BEGIN = 1_700_000_000
COMMUNITIES = 8
FIRST, LAST, ZONE = dt.date(2024, 10, 1), dt.date(2024, 10, 28), "Asia/Shanghai"
SPAN = {"from": str(FIRST), "to": str(LAST), "timezone": ZONE}
HEADLINES = ("members", "active_members", "messages", "interaction_rate", "day_7_retention", "first_reply")


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
        rows = sample(given.events, given.members)
        fill(rows, given.members)
        measure(rows, given.runs)
    finally:
        from weilu.core.warehouse import client

        client.stop()
        shutil.rmtree(home, ignore_errors=True)


def sample(count: int, members: int) -> pa.Table:
    """A year of chat: few speak much, most little, four of five in one community; everybody joins, every tenth leaves; a
    third of the messages are replies."""
    rng = np.random.default_rng(7)
    weight = rng.pareto(1.1, members) + 0.02
    who = rng.choice(members, count, p=weight / weight.sum()).astype(np.uint32) + 1
    born = rng.integers(0, 330 * 86_400, members)
    happened = BEGIN + born[who - 1] + (rng.random(count) * (YEAR - born[who - 1])).astype(np.int64)
    order = np.argsort(happened, kind="stable")
    who, happened = who[order], happened[order]
    kind = rng.choice(np.array(["message.sent", "reaction.added"], dtype=object), count, p=[0.84, 0.16])
    _, first = np.unique(who, return_index=True)
    last = count - 1 - np.unique(who[::-1], return_index=True)[1]
    kind[first], kind[last[::10]] = "member.joined", "member.left"
    community = np.where(rng.random(count) < 0.8, who % COMMUNITIES, rng.integers(0, COMMUNITIES, count)) + 1
    position = np.arange(1, count + 1)
    sent = kind == "message.sent"
    subject = np.where(sent, position * 7919, 0)
    earlier = np.maximum(np.arange(count) - rng.integers(1, 50, count), 0)
    about = np.where(sent & (rng.random(count) < 0.3), subject[earlier], 0)
    return pa.table(
        {
            "position": pa.array(position, pa.uint64()),
            "kind": pa.array(kind, pa.string()),
            "happened": pa.array(happened, pa.uint32()),
            "ms": pa.array(rng.integers(0, 1000, count), pa.uint16()),
            "identity": pa.array(who, pa.uint32()),
            "community": pa.array(community, pa.uint32()),
            "subject": pa.array(subject, pa.uint64()),
            "about": pa.array(about, pa.uint64()),
            "source": pa.array(["sample"] * count),
            "interaction": pa.array(sent | (kind == "reaction.added"), pa.uint8()),
        }
    )


def fill(rows: pa.Table, members: int) -> None:
    from weilu.core.directory.models import Community
    from weilu.core.warehouse import client

    now = dt.datetime.now(dt.UTC)
    for pk in range(1, COMMUNITIES + 1):
        Community.objects.create(pk=pk, platform="sample", outside=str(pk), name=f"C{pk}", created_at=now)
    for begin in range(0, len(rows), 500_000):
        client.insert("weilu.events", rows.slice(begin, 500_000))
    ids = pa.array(np.arange(1, members + 1), pa.uint32())
    bots = pa.array((np.arange(members) % 500 == 0).astype(np.uint8))
    zeros = pa.array(np.zeros(members), pa.uint64())
    client.insert(
        "weilu.ownership",
        pa.table(
            {
                "id": ids.cast(pa.uint64()),
                "identity": ids,
                "member": ids,
                "from_position": zeros,
                "bot": bots,
                "version": zeros,
            }
        ),
    )
    client.reload_owners()
    held = timelines(members)
    for begin in range(0, len(held), 500_000):
        client.insert("weilu.timelines", held.slice(begin, 500_000))


def timelines(members: int) -> pa.Table:
    """Six changes of state for each person over all, and for most in one community."""
    rng = np.random.default_rng(8)
    scopes = [(0, who) for who in range(1, members + 1)] + [
        (who % COMMUNITIES + 1, who) for who in range(1, members + 1)
    ]
    names = ["new", "active", "dormant", "returning", "active", "churned"]
    starts = BEGIN + rng.integers(0, 300 * 86_400, len(scopes))
    return pa.table(
        {
            "key": ["state"] * len(scopes),
            "scope": pa.array([scope for scope, _ in scopes], pa.uint32()),
            "who": pa.array([who for _, who in scopes], pa.uint32()),
            "froms": pa.array(
                [[start + n * 10 * 86_400 for n in range(6)] for start in starts], pa.list_(pa.uint32())
            ),
            "vals": [names] * len(scopes),
            "version": pa.array(np.ones(len(scopes)), pa.uint64()),
        }
    )


def measure(rows: pa.Table, runs: int) -> None:
    from weilu.core import metrics

    duck = duck_of(rows)
    print(f"{'question':44} {'ms':>8} {'DuckDB':>8} {'ratio':>6}")
    for metric in metrics.all_metrics():
        show(metric.slug, {"kind": "trend", "metric": metric.slug, **SPAN}, runs, duck)
    one = {"communities": ["C3"]}
    for name in ("members", "dau", "state_active"):
        show(f"{name}, one community", {"kind": "trend", "metric": name, **SPAN, **one}, runs, duck)
    show("dau by state", {"kind": "trend", "metric": "dau", "breakdown": "state", **SPAN}, runs, duck)
    show("heatmap", {"kind": "heatmap", "event": "message.sent", **SPAN}, runs, duck)
    weeks = {
        **SPAN,
        "from": "2024-08-05",
        "kind": "retention",
        "start": "message.sent",
        "return": "message.sent",
    }
    show("retention", {**weeks, "period": "week", "periods": 8}, runs, duck)
    show("flow", {**SPAN, "from": "2024-08-05", "kind": "flow", "by": "week"}, runs, duck)
    together(runs)
    listed(runs)


def show(name: str, question: dict[str, Any], runs: int, duck: Any) -> None:
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    viewer = Viewer.everything()
    ours = median(lambda: questions.ask(question, viewer), runs)
    sql = DUCK.get(name)
    if sql is None:
        print(f"{name:44} {ours:8.1f}")
        return
    theirs = median(lambda: duck.execute(sql).fetchall(), runs)
    print(f"{name:44} {ours:8.1f} {theirs:8.1f} {ours / theirs:6.2f}")


def together(runs: int) -> None:
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    viewer = Viewer.everything()
    asked = [{"kind": "trend", "metric": name, **SPAN} for name in HEADLINES]
    print(
        f"{'six headline trends together':44} {median(lambda: questions.ask_many(asked, viewer), runs):8.1f}"
    )
    questions.ask_many(asked, viewer)
    started = time.perf_counter()
    questions.ask_many(asked, viewer)
    print(f"{'the same, remembered':44} {(time.perf_counter() - started) * 1000:8.1f}")


def listed(runs: int) -> None:
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    viewer = Viewer.everything()
    for name in ("dau", "members", "messages"):
        question = {"kind": "trend", "metric": name, "at": str(LAST), **SPAN}
        print(
            f"{'behind ' + name + ', 50 of them':44} {median(lambda q=question: questions.behind(q, viewer, limit=50), runs):8.1f}"
        )


def median(call: Callable[[], object], runs: int) -> float:
    """Milliseconds, after one run to warm up; nothing computed is kept between runs."""
    from weilu.core.warehouse import questions

    times = []
    for _ in range(runs + 1):
        questions.forget()
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[1:])


def duck_of(rows: pa.Table) -> Any:
    """DuckDB with the same rows, sorted as ours are, the person beside each, its local day and time ready to be computed."""
    import duckdb

    db = duckdb.connect()
    db.execute(f"SET TimeZone = '{ZONE}'")
    db.register("given", rows)
    db.execute("""CREATE TABLE e AS SELECT kind, to_timestamp(happened) AS t, ms, identity, community, subject, about,
        interaction = 1 AS active, if(identity % 500 = 1, 0, identity) AS person FROM given ORDER BY community, identity, happened""")
    return db


_IN = f"t >= TIMESTAMPTZ '{FIRST} 00:00:00' AND t < TIMESTAMPTZ '{LAST + dt.timedelta(days=1)} 00:00:00'"
DUCK = {
    "messages": f"SELECT t::DATE AS d, count(*) FROM e WHERE kind = 'message.sent' AND {_IN} GROUP BY d",
    "dau": f"SELECT t::DATE AS d, count(DISTINCT person) FROM e WHERE active AND person != 0 AND {_IN} GROUP BY d",
    "wau": f"""SELECT b.d, count(DISTINCT person) FROM generate_series(DATE '{FIRST}', DATE '{LAST}', INTERVAL 1 DAY) AS b(d)
        JOIN (SELECT DISTINCT person, t::DATE AS d FROM e WHERE active AND person != 0 AND
            t >= TIMESTAMPTZ '{FIRST - dt.timedelta(days=6)} 00:00:00' AND t < TIMESTAMPTZ '{LAST + dt.timedelta(days=1)} 00:00:00') AS a
        ON a.d > b.d - INTERVAL 7 DAY AND a.d <= b.d GROUP BY b.d""",
    "new_speakers": f"""SELECT t::DATE AS d, count(*) FROM (SELECT person, min(t) AS t FROM e
        WHERE kind = 'message.sent' AND person != 0 GROUP BY person) WHERE {_IN} GROUP BY d""",
    "heatmap": f"SELECT isodow(t) AS w, hour(t) AS h, count(*) FROM e WHERE kind = 'message.sent' AND {_IN} GROUP BY w, h",
    "retention": """WITH a AS (SELECT DISTINCT person, date_trunc('week', t) AS w FROM e WHERE kind = 'message.sent' AND person != 0),
        f AS (SELECT person, min(w) AS c FROM a GROUP BY person)
        SELECT c::DATE, date_diff('week', c, w) AS p, count(*) FROM f JOIN a USING (person)
        WHERE c >= TIMESTAMPTZ '2024-08-05 00:00:00' AND p < 8 GROUP BY ALL""",
}
"""The same questions by good SQL of DuckDB's own."""


if __name__ == "__main__":
    main()
