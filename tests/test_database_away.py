"""PostgreSQL restarts while SDKs send: what Sensors' SDKs were told is taken is in the log once, also when the door dies meanwhile."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.fixtures.server import another_server
from tests.house import House

pytestmark = [pytest.mark.once, pytest.mark.slow]
PATIENCE_SECONDS = 60.0


def test_what_came_while_the_database_was_away_is_in_the_log_once(tmp_path: Path) -> None:
    with another_server() as server:
        with psycopg.connect(server.address, dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE away")
        there = make_conninfo(server.address, dbname="away")
        calm = {"WEILU_LOG_LEVEL": "CRITICAL", "WEILU_WEB_PROCESSES": "1"}
        one = House(tmp_path, extra={"WEILU_DATABASE_URL": there, **calm})
        one.weilu("migrate")
        key = one.weilu_json("source", "add", "Shop")["key"]
        one.up()
        try:
            server.stop()
            assert [send(one, key, number) for number in (2, 3)] == [200, 200]
            assert segment(one, key) == 503
            # What it sheltered is brought in by another process of this home.
            os.kill(one.children()["web"], signal.SIGKILL)
            server.start()
            one.wait_ready()
            assert send(one, key, 1) == 200
            assert send(one, key, 2) == 200, "the SDK sends once more"
            assert told(there, 3) == [1, 2, 3]
        finally:
            one.down()


def send(one: House, key: str, number: int) -> int:
    """As Sensors' SDKs do, which never send again."""
    event = {
        "type": "track",
        "event": "Paid",
        "distinct_id": "u",
        "time": 1_000 * MOMENT + number,
        "_track_id": number,
    }
    return post(f"{one.url}/sa?key={key}", event | {"properties": {"number": number}})


def segment(one: House, key: str) -> int:
    return post(f"{one.url}/v1/track", {"writeKey": key, "event": "Paid", "userId": "u", "messageId": "m"})


def post(url: str, body: object) -> int:
    request = urllib.request.Request(url, data=json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


def told(there: str, count: int) -> list[int]:
    """The numbers in the log, once as many are there and nothing waits."""
    end, found = time.monotonic() + PATIENCE_SECONDS, []
    while time.monotonic() < end:
        with psycopg.connect(there) as connection:
            rows = connection.execute("SELECT properties FROM events_logentry WHERE kind = 'Paid'").fetchall()
        found = sorted(json.loads(row[0])["number"] for row in rows)
        if len(found) >= count:
            break
        time.sleep(0.2)
    return found


MOMENT = int(time.time())
