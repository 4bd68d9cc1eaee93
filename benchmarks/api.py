"""What does a list of 50 members cost among a million, over HTTP, wherever the page stands?

`python -m benchmarks.api [--members N] [--requests N] [--database URL]`: a home of its own (with `--database` its tables stand on
PostgreSQL, in a database that is emptied first), members, accounts, states, tiers and scores put down in bulk, then a bounded
number of requests by two clients with a token each. Limit of the list: 60 ms at p95. The other addresses are printed beside
it, and what counting a request costs by each means.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.machine import describe, percentile
from benchmarks.warehouse_load import set_up

LIMIT_MS = 60
COMMUNITIES = 8
CLIENTS = 2
SQL = {
    "timelines": """INSERT INTO weilu.timelines SELECT key, if(pass = 0, 0, who % {places} + 1) AS scope, who,
        [toDateTime(1750000000 + who % 1000000, 'UTC'), toDateTime(1760000000 + who % 1000000, 'UTC')] AS froms,
        multiIf(key = 'membership', ['in', 'in'], key = 'state', ['new', arrayElement(['active', 'dormant', 'churned', 'returning'], who % 4 + 1)],
           ['lurker', arrayElement(['kol', 'koc', 'participant', 'lurker'], (who % 97 > 0) + (who % 11 > 0) + (who % 3 > 0) + 1)])
           AS vals, 1 AS rule, 1 AS upto, 1 AS version
        FROM (SELECT toUInt32(number + 1) AS who FROM numbers({members})) AS people
        CROSS JOIN (SELECT arrayJoin(['state', 'tier', 'membership']) AS key) AS keys CROSS JOIN (SELECT arrayJoin([0, 1]) AS pass) AS passes""",
    "scores": """INSERT INTO weilu.scores (scope, who, at, score, tier, place, members, rule, version)
        SELECT if(number % 2 = 0, 0, intDiv(number, 2) % {places} + 1), intDiv(number, 2) + 1, now(), number % 101, 'lurker',
        number, {members}, 1, 1 FROM numbers({members} * 2)""",
    "events": """INSERT INTO weilu.events (position, kind, happened, ms, identity, community, subject, source, interaction)
        SELECT number + 1, 'message.sent', toDateTime(1750000000 + number * 10, 'UTC'), 0, number % {members} + 1,
        (number % {members} + 1) % {places} + 1, number * 7919, 'sample', 1 FROM numbers({members} * 2)""",
    "ownership": """INSERT INTO weilu.ownership SELECT number + 1, number + 1, number + 1, 0, 0, 1, 0 FROM numbers({members})""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    print(describe())
    home = Path(tempfile.mkdtemp(prefix="weilu-benchmark-"))
    rate = "1000000000"
    os.environ.update(WEILU_API_RATE=rate, WEILU_API_RATE_ADDRESS=rate)
    if given.database:
        os.environ["WEILU_DATABASE_URL"] = given.database
    try:
        set_up(home)
        tokens = fill(given.members)
        with served() as port:
            measure(port, tokens, given.members, given.requests)
        counting()
    finally:
        from weilu.core.warehouse import client

        client.stop()
        shutil.rmtree(home, ignore_errors=True)


def fill(members: int) -> dict[str, str]:
    """Everything in bulk; a token of who sees all, and of who sees one community."""
    from django.core.management import call_command
    from django.db import connection

    from tests.fixtures.cast import community, operator
    from weilu.core.directory.models import Brand
    from weilu.core.operators.access import viewer_of
    from weilu.core.operators.actions import tokens
    from weilu.core.warehouse import client, store

    started = time.perf_counter()
    if connection.vendor == "postgresql":
        call_command("flush", verbosity=0, interactive=False)
    store.current()
    Brand.objects.create(pk=1, name="Tea", timezone="UTC")
    places = [community(str(number), f"Place {number}", "sample") for number in range(1, COMMUNITIES + 1)]
    _people(members)
    for sql in SQL.values():
        client.command(sql.format(members=members, places=COMMUNITIES))
    client.command("SYSTEM RELOAD DICTIONARY weilu.owner")
    for table in ("timelines", "scores"):
        client.command(f"OPTIMIZE TABLE weilu.{table} FINAL")  # as it would merge by itself within minutes
    ada = operator("ada@example.com", "Ada", "owner")
    bea = operator("bea@example.com", "Bea", "community_manager", places[0])
    print(f"{members:,} members put down in {time.perf_counter() - started:.0f} s on {connection.vendor}")
    return {one.name: tokens.create(viewer_of(one), one, "b", ["view"], None).token for one in (ada, bea)}


def _people(members: int) -> None:
    """By one statement each: a series of numbers is a million rows in seconds."""
    from django.db import connection

    series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
    name = "'Member ' || i || CASE WHEN i %% 50000 = 0 THEN ' Zaunkönig' ELSE '' END"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_member (id, name, named_by_hand, note, created_at) "
            f"{series} SELECT i, {name}, false, '', '2026-01-01T00:00:00Z' FROM n",
            [members],
        )
        cursor.execute(
            "INSERT INTO directory_identity (id, platform, outside, name, bot, bot_by_hand, member_id) "
            f"{series} SELECT i, 'sample', CAST(i AS text), {name}, false, false, i FROM n",
            [members],
        )
        cursor.execute("ANALYZE")


@contextmanager
def served() -> Iterator[int]:
    """The whole front door in this process, on a free port of loopback."""
    import uvicorn

    from dev.ports import free_port
    from weilu.app.asgi import app

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", loop="uvloop")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def measure(port: int, tokens: dict[str, str], members: int, requests: int) -> None:
    chance = random.Random(7)  # places, not secrets
    print(f"{requests} requests each, {CLIENTS} clients at once")
    for name, who, path, limit in asked(members, chance):
        times = load(port, tokens[who], path, requests)
        p95 = percentile(times, 0.95)
        verdict = "" if limit is None else f"   limit {limit} ms: {'held' if p95 <= limit else 'MISSED'}"
        print(f"{name} ({who}): p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms{verdict}")


def asked(members: int, chance: random.Random) -> list[tuple[str, str, Callable[[], str], int | None]]:
    from weilu.core.api import paging

    def at_random(**filters: str) -> Callable[[], str]:
        asked = {"find": "", "community": None, "state": None, "tier": None, **filters}
        query = "".join(f"&{name}={quote(value)}" for name, value in filters.items())

        def path() -> str:
            cursor = paging.cursor([chance.randrange(members)], paging.question("members", **asked))
            return f"/api/v1/members?limit=50&cursor={cursor}{query}"

        return path

    return [
        ("list of 50 members", "Ada", at_random(), LIMIT_MS),
        ("list of 50 members", "Bea", at_random(), LIMIT_MS),
        ("list of 50 active members", "Ada", at_random(state="active"), None),
        ("list of 50 KOLs, one in 97", "Ada", at_random(tier="kol"), None),
        ("search for a word that all bear", "Ada", at_random(find="ember"), None),
        ("search for a word that twenty bear", "Ada", at_random(find="zaunkönig"), None),
        ("one member", "Ada", lambda: f"/api/v1/members/{chance.randrange(members) + 1}", None),
        ("one member", "Bea", lambda: f"/api/v1/members/{chance.randrange(members) // 8 * 8 + 8}", None),
        ("who am I", "Ada", lambda: "/api/v1/me", None),
    ]


def load(port: int, token: str, path: Callable[[], str], requests: int) -> list[float]:
    """Milliseconds of each request as its client saw it; the first few, which warm up, do not count."""
    plan, times, guard = [path() for _ in range(requests + 10)], [], threading.Lock()

    def client(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for place, address in enumerate(plan[number::CLIENTS]):
            started = time.perf_counter()
            line.request("GET", address, headers={"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200, (address, answer.status, body[:300])
            if place >= 10 // CLIENTS:
                with guard:
                    times.append((time.perf_counter() - started) * 1000)
        line.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def counting(times: int = 500) -> None:
    """What counting one request costs: in our own store, and as a row of the database in its usual, synced mode."""
    from django.conf import settings
    from django.db import connection

    from weilu.core.api import limits

    kinds: dict[str, Callable[[], object]] = {"as it is": lambda: limits._count("benchmark", 1)}
    if not settings.DATABASE_URL:
        kinds["as a row beside the business"] = lambda: limits._in_database("row", 1)
    redis = os.environ.get("WEILU_BENCHMARK_CACHE_URL")
    if redis:
        from django.core.cache import caches
        from django.test import override_settings

        cached = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis}}
        with override_settings(CACHES=cached):
            caches.close_all()
            _told("counting in the cache by URL", lambda: limits._in_cache("benchmark", 1), times)
    for name, work in kinds.items():
        _told(f"counting a request {name} ({connection.vendor})", work, times)


def _told(name: str, work: Callable[[], object], times: int) -> None:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    print(f"{name}: p50 {statistics.median(found):.3f} ms, p95 {percentile(found, 0.95):.3f} ms")


if __name__ == "__main__":
    main()
