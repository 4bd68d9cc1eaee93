"""A load generator for tracking: one process, keep-alive connections, fresh random ids in each event.

`python -m benchmarks.tracking_load URL PATH KEY [--batch 100] [--seconds 60] [--connections 16] [--rate 0] [--people 100000]`
sends as fast as it is answered, or `--rate` requests a second; prints JSON: requests, events, seconds, statuses, and the
latency in ms (p50, p99, most), at a rate counted from when a request was due: one that had to wait for its connection has waited.
`--count N` stops after N requests. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import datetime as dt
import json
import os
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from benchmarks.machine import percentile

NAMES = (
    "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started", "Searched", "Shared",
    "Coupon Applied",
)  # fmt: skip
HEAD = b'{"type":"track","event":"'
TAIL = (
    b'","properties":{"product_id":"p-1029","price":12.5,"currency":"CNY","category":"tea","quantity":2,"position":3},'
    b'"context":{"library":{"name":"@segment/analytics-node","version":"2.1.3"},"locale":"zh-CN"}}'
)


@dataclass
class Result:
    requests: int = 0
    events: int = 0
    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        return {
            "requests": self.requests, "events": self.events, "seconds": round(self.seconds, 2),
            "statuses": self.statuses, "p50": round(percentile(self.latencies, 0.5), 2),
            "p99": round(percentile(self.latencies, 0.99), 2), "most": round(max(self.latencies), 2),
        }  # fmt: skip


class Bodies:
    """Bodies of `batch` events by people out of a fixed crowd; each event with a random id."""

    def __init__(self, batch: int, people: int, seed: int) -> None:
        chance = random.Random(seed)
        self._batch = batch
        self._people = [f"{chance.getrandbits(128):032x}".encode() for _ in range(people)]
        self._chance = chance
        self._names = [name.encode() for name in NAMES]

    def next(self, at: dt.datetime | None = None) -> bytes:
        """A body; all its events happened at `at`, by default now."""
        now = (
            (at or dt.datetime.now(dt.UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
        )
        ids, people, names, chance = (
            os.urandom(16 * self._batch).hex().encode(),
            self._people,
            self._names,
            self._chance,
        )
        parts = []
        for at in range(0, 32 * self._batch, 32):
            who = people[int(chance.random() * len(people))]
            parts.append(
                b"".join((
                    HEAD, names[at // 32 % 8], b'","messageId":"', ids[at : at + 32], b'","anonymousId":"', who,
                    b'","timestamp":"', now, TAIL,
                ))
            )  # fmt: skip
        return b'{"batch":[' + b",".join(parts) + b"]}" if self._batch > 1 else parts[0]


class Connection(asyncio.Protocol):
    """One keep-alive connection: one request after the other."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[int] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def ask(self, request: bytes) -> asyncio.Future[int]:
        self._buffer, self._waiting = b"", asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or self._waiting is None or self._waiting.done():
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or b"0")
        if len(rest) >= length:
            self._waiting.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("closed"))


async def load(given: argparse.Namespace) -> Result:
    parts, result = urlsplit(given.url), Result()
    bodies = Bodies(given.batch, given.people, given.seed)
    auth = base64.b64encode(f"{given.key}:".encode())
    head = (
        f"POST {given.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Basic ".encode()
        + auth
        + b"\r\nContent-Type: application/json\r\nContent-Length: "
    )
    started = time.perf_counter()
    until = started + given.seconds
    sent = 0

    async def one(number: int) -> None:
        nonlocal sent
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, parts.hostname, parts.port
        )
        while time.perf_counter() < until and (not given.count or sent < given.count):
            due = started + sent / given.rate if given.rate else 0.0
            sent += 1
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            body = bodies.next()
            asked = due or time.perf_counter()
            status = await connection.ask(head + str(len(body)).encode() + b"\r\n\r\n" + body)
            result.latencies.append((time.perf_counter() - asked) * 1000)
            result.statuses[status] = result.statuses.get(status, 0) + 1
            result.requests += 1
            if status == 200:
                result.events += given.batch
            elif status == 429:
                await asyncio.sleep(1)
        connection.transport.close()

    await asyncio.gather(*(one(number) for number in range(given.connections)))
    result.seconds = time.perf_counter() - started
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("path")
    parser.add_argument("key")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    import uvloop

    print(json.dumps(uvloop.run(load(given)).told()))


if __name__ == "__main__":
    main()
