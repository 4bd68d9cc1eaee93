"""A house under load: filled, loaded, watched. What `benchmarks.tracking` does to it, measured from outside."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.browser.conftest import EMAIL, PASSWORD, add_owner
from tests.house import ROOT, House
from tests.visitor import Visitor

PATIENCE_SECONDS = 900.0
PROBE = "Probe"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """What the load generator measured; latencies in ms."""

    requests: int
    events: int
    seconds: float
    statuses: dict[str, int]
    p50: float
    p99: float
    most: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


@contextlib.contextmanager
def tracked(postgres: str, home: str) -> Iterator[House]:
    """A house that runs, with an owner: in a home of its own, or in one that stays (`home`) and may be filled already."""
    extra = {"WEILU_DATABASE_URL": postgres} if postgres else {}
    with contextlib.ExitStack() as stack:
        folder = home or stack.enter_context(
            tempfile.TemporaryDirectory(prefix="weilu-tracking-", ignore_cleanup_errors=True)
        )
        Path(folder).mkdir(exist_ok=True)
        one = House(Path(folder), extra=extra)
        if not (one.home / "secret.key").exists():
            if postgres:
                _emptied(postgres)
            one.weilu("migrate")
            add_owner(one)
        stack.callback(one.down)
        one.up()
        yield one


def add_source(one: House) -> tuple[int, str]:
    """Number and write key of a source of its own."""
    told = one.weilu_json("source", "add", "Shop")
    return told["id"], told["key"]


def fill(one: House, key: str, events: int, people: int) -> None:
    """So many events of the last four weeks, straight into the intake, and wait until they are in."""
    command = [sys.executable, "-m", "benchmarks.tracking_fill", key, str(events), str(people)]
    subprocess.run(command, cwd=ROOT, env=one.environment, check=True)
    print(f"{events} events filled in, caught up after {caught_up(one, events):.0f} s")


def position(one: House) -> int:
    return _figures(one)["log_position"]


def caught_up(one: House, least: int) -> float:
    """Seconds until log and warehouse hold all that came, which is at least `least` positions."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_SECONDS:
        found = _figures(one)
        there = found["log_position"] >= least and found["log_position"] == found.get("warehouse_position")
        if there and not found["intake_waiting"]:
            return time.monotonic() - started
        time.sleep(0.25)
    raise AssertionError(f"not caught up: {found}, expected {least}")


def memory(one: House) -> dict[str, int]:
    """PSS in bytes of each process, the one that supervises the others too."""
    supervisor = {"supervisor": one.process.pid} if one.process is not None else {}
    return {name: _pss(pid) for name, pid in (supervisor | one.children()).items()}


def processor(one: House) -> dict[str, float]:
    """Seconds of processor time that each part has used."""
    found = {}
    for name, pid in one.children().items():
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        found[name] = (int(words[11]) + int(words[12])) / TICKS
    return found


class Chart:
    """Asks for the number of probes as a page would."""

    def __init__(self, one: House, key: str) -> None:
        self._one, self._key, self._sent = one, key, 0
        self._token = one.weilu_json("token", "create", EMAIL, "--scope", "view")["token"]

    def seconds_until_shown(self) -> float:
        """Send one event and ask until the chart counts it."""
        self._sent += 1
        event = {"event": PROBE, "userId": "probe", "writeKey": self._key, "messageId": f"probe-{self._sent}"}
        _post(f"{self._one.url}/v1/track", event)
        started = time.monotonic()
        while self._shown() < self._sent:
            time.sleep(0.02)
        return time.monotonic() - started

    def _shown(self) -> int:
        today = dt.datetime.now(dt.UTC).date()
        days = {"from": str(today - dt.timedelta(2)), "to": str(today + dt.timedelta(2))}
        question = {"kind": "trend", "event": PROBE, "by": "total", **days}
        try:
            answer = _post(f"{self._one.url}/api/v1/questions", question, f"Bearer {self._token}")
        except urllib.error.HTTPError as refused:
            if refused.code == 400 and self._sent == 1:  # nobody has heard of this event before the first
                return 0
            raise
        return int(answer["rows"][0][1])


class Operator:
    """Ada, logged in, on the settings page of a source."""

    def __init__(self, one: House, source: int) -> None:
        self._address = f"{one.url}/sources/{source}/settings"
        visitor = Visitor(one.url)
        visitor.post("/login", email=EMAIL, password=PASSWORD)
        page = visitor.get(self._address).text
        self._token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        self._opener = visitor.opener_without_redirects()

    def write_times(self, going: Callable[[], bool]) -> list[float]:
        """A setting saved ten times a second: milliseconds from sending the form to its answer."""
        times: list[float] = []
        while going():
            fields = {"csrfmiddlewaretoken": self._token, "name": f"Shop {len(times)}"}
            data = urllib.parse.urlencode({**fields, "origins": "", "declared": ""}).encode()
            request = urllib.request.Request(self._address, data=data, headers={"Referer": self._address})
            started = time.perf_counter()
            status = _status(self._opener, request)
            times.append((time.perf_counter() - started) * 1000)
            assert status == 302, f"the write was answered with {status}"
            time.sleep(0.1)
        return times


def _status(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> int:
    try:
        with opener.open(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


def _figures(one: House) -> dict[str, int]:
    lines = one.get("/metrics")[1].decode().splitlines()
    return {
        name.removeprefix("weilu_"): int(value)
        for name, value in (line.split() for line in lines if not line.startswith("#"))
    }


def _post(url: str, body: object, authorization: str = "") -> dict[str, list[list[int]]]:
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": authorization} if authorization else {}
    )
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        told: dict[str, list[list[int]]] = json.loads(answer.read())
        return told


def _emptied(url: str) -> None:
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("Pss:")))
