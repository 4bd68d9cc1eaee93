"""How fast are the pages at a million events? 5 clients, 2,000 requests over home, community, member and explorer pages.

The members are taken from all parts of the population, the busiest included. The explorer is asked a funnel, retention, a trend, a heat
map and paths, each time over other days, so that no answer is remembered. What a page fetches as soon as it is there is fetched after
it, as a browser does, and told as "part".

`python -m benchmarks.pages [--events N] [--members N] [--requests N]`: plays the sample brand at that size, then asks.
Prints the server's own time at p50 and p95 per page, also as of past days, the weekly report, and the weight of the first and later visits.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import html
import json
import re
import statistics
import threading
import time
import urllib.parse
import urllib.request
from collections import defaultdict
from itertools import zip_longest

from benchmarks.machine import describe, percentile
from tests.fixtures.pages import FETCHED
from tests.house import House, house
from tests.visitor import Page, Visitor

PASSWORD = "warm-hearth-in-winter"  # of an account that lives for this run only
CLIENTS = 5
PARTS, EACH = 20, 40
"""The members' pages asked for: so many from each of so many parts of the list by number of messages."""
ALONE = 100
"""Questions that one client asks the explorer after the load."""
DAYS = 401
"""A prime, so that every turn of the explorer comes to another one."""
LIMITS = {
    "home": 250,
    "community": 250,
    "member": 100,
    "report": 3000,
    "explorer": 400,
    "as of": 3000,
    "as known": 3000,
}
JOIN, SAY, LIKE = "member.joined", "message.sent", "reaction.added"
QUESTIONS: tuple[dict[str, object], ...] = (
    {"kind": "trend", "metric": "dau"},
    {"kind": "funnel", "steps": [{"event": JOIN}, {"event": SAY}, {"event": LIKE}], "window": "7d"},
    {"kind": "retention", "start": JOIN, "return": SAY, "period": "week", "periods": 8},
    {"kind": "heatmap", "event": SAY},
    {"kind": "paths", "after": JOIN, "depth": 4, "top": 20},
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=2_000)
    options = parser.parse_args()
    print(describe())
    with house() as one:
        one.weilu("migrate")
        account = ("user", "add", "ada@example.com", "--name", "Ada", "--role", "owner", "--password-stdin")
        one.weilu(*account, given=PASSWORD)
        started = time.monotonic()
        one.weilu("demo", "--events", str(options.events), "--members", str(options.members), timeout=1800)
        print(
            f"sample brand of {options.events:,} events played and shown in {time.monotonic() - started:.0f} s"
        )
        one.up()
        paths = addresses(one)
        for cold in paths["report"][:1]:
            print(f"weekly report, first time: {signed_in(one).get(cold).server_ms:.0f} ms")
        report(load(one, paths, options.requests))
        visitor = signed_in(one)
        asked = [visitor.get(path).server_ms for path in paths["explorer"][-ALONE:]]
        print("one at a time, nothing beside:")
        report({"explorer": asked})
        report(past(one, paths))
        weight(one)


def signed_in(one: House) -> Visitor:
    visitor = Visitor(one.url)
    page = visitor.post("/login", email="ada@example.com", password=PASSWORD)
    assert page.status == 200, page.status
    assert "/login" not in page.url, "the login failed"
    return visitor


def addresses(one: House) -> dict[str, list[str]]:
    visitor = signed_in(one)
    communities = sorted(
        set(re.findall(r'href="(/communities/\d+/?)[?"]', visitor.get("/communities/").text))
    )
    members = _members(visitor)
    reports = sorted(set(re.findall(r'href="(/reports/\d+/[^"?]+)["?]', visitor.get("/reports/").text)))
    assert communities
    assert members
    return {
        "home": ["/"],
        "community": communities,
        "member": members,
        "report": reports[:4],
        "explorer": explorer(),
    }


def explorer() -> list[str]:
    """The explorer with its questions over four to twelve weeks that end on another day each."""
    today = dt.datetime.now(dt.UTC).date()
    found = []
    for number in range(DAYS):
        last = today - dt.timedelta(days=number)
        days = {"from": str(last - dt.timedelta(days=28 + number % 57)), "to": str(last)}
        asked = {**QUESTIONS[number % len(QUESTIONS)], **days}
        found.append("/explore/?" + urllib.parse.urlencode({"q": json.dumps(asked)}))
    return found


def _members(visitor: Visitor) -> list[str]:
    """The most active of all, and from every part of the list some: as people come by name, not as they stand on top."""
    listed = visitor.get("/members/?sort=messages").text
    end = visitor.get("/members/?sort=messages&page=1000000").text
    last = 1 + max(map(int, re.findall(r"[?&;]page=(\d+)", end)), default=0)
    pages = [
        listed,
        *(visitor.get(f"/members/?sort=messages&page={1 + last * n // PARTS}").text for n in range(1, PARTS)),
    ]
    found = [sorted(set(re.findall(r'href="(/members/\d+/?)[?"]', page)))[:EACH] for page in pages]
    return [path for part in zip_longest(*found) for path in part if path]


def load(one: House, paths: dict[str, list[str]], requests: int) -> dict[str, list[float]]:
    """A bounded number of requests by a bounded number of clients; ends by itself."""
    plan = [(kind, paths[kind][i % len(paths[kind])]) for i in range(requests) for kind in _turn(i)][
        :requests
    ]
    times: dict[str, list[float]] = defaultdict(list)
    guard = threading.Lock()

    def asked(visitor: Visitor, kind: str, path: str) -> Page:
        page = visitor.get(path)
        assert page.status == 200, (path, page.status, (one.home / "up.err").read_text()[-3000:])
        with guard:
            times[kind].append(page.server_ms)
        return page

    def client(number: int) -> None:
        visitor = signed_in(one)
        for kind, path in plan[number::CLIENTS]:
            page = asked(visitor, kind, path)
            for part in FETCHED.findall(page.text):
                asked(visitor, "part", html.unescape(part))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def past(one: House, paths: dict[str, list[str]]) -> dict[str, list[float]]:
    """Pages as of days that nobody asked for before, with today's knowledge and with that of a day."""
    visitor, today = signed_in(one), dt.datetime.now(dt.UTC).date()
    times: dict[str, list[float]] = {"as of": [], "as known": []}
    for number, path in enumerate((*paths["home"], *paths["community"], *paths["member"][:8])):
        moment = f"{path}?as_of={today - dt.timedelta(days=20 + number)}"
        times["as of"].append(visitor.get(moment).server_ms)
        times["as known"].append(visitor.get(f"{moment}&known={today}").server_ms)
    return times


def _turn(index: int) -> tuple[str, ...]:
    turns = (("home",), ("community",), ("member",), ("member",), ("community",), ("explorer",))
    return turns[index % len(turns)]


def report(times: dict[str, list[float]]) -> None:
    for kind, values in sorted(times.items()):
        p95 = percentile(values, 0.95)
        limit = LIMITS.get(kind)
        verdict = f"   limit {limit} ms: {'held' if p95 <= limit else 'MISSED'}" if limit else ""
        print(
            f"{kind}: p50 {statistics.median(values):.0f} ms, p95 {p95:.0f} ms over {len(values)} requests{verdict}"
        )


def weight(one: House) -> None:
    """Compressed bytes of the home page and all that it loads; later visits keep what is immutable."""
    page = signed_in(one).get("/")
    first = later = len(gzip.compress(page.text.encode()))
    lazy = {
        path
        for script in re.findall(r'src="(/static/[^"]+\.js)"', page.text)
        for path in _charts(one, script)
    }
    for path in sorted({*re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text), *lazy}):
        request = urllib.request.Request(one.url + path, headers={"Accept-Encoding": "br, gzip"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            size = len(answer.read())
            first += size
            later += 0 if "immutable" in answer.headers.get("cache-control", "") else size
    print(f"weight: first visit {first / 1024:.0f} KB (limit 400), later {later / 1024:.0f} KB (limit 60)")


def _charts(one: House, script: str) -> set[str]:
    """Files that a script loads when they are needed, such as the charts."""
    text = one.get(script)[1].decode("utf-8", "replace")
    folder = script.rsplit("/", 1)[0]
    return {f"{folder}/{name}" for name in re.findall(r'import\("\./([^"]+\.js)"\)', text)}


if __name__ == "__main__":
    main()
