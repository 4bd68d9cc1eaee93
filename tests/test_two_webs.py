"""Two web processes, two workers and one PostgreSQL: no sticky sessions. Who comes in at one is known at the other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.fixtures.server import second_server
from tests.house import ROOT, House
from tests.visitor import PASSWORD, Visitor

pytestmark = [pytest.mark.once, pytest.mark.slow]
WAIT_SECONDS = 60.0


@dataclass
class Twins:
    """Two front doors of one installation. Cookies do not tell ports apart, so a visitor keeps his session at both."""

    first: House
    second: House

    def at_second(self, visitor: Visitor) -> Visitor:
        return visitor.elsewhere(self.second.url)


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE twins")
        there = {"WEILU_DATABASE_URL": make_conninfo(address, dbname="twins"), "WEILU_LOG_LEVEL": "CRITICAL"}
        one, two = House(tmp_path, extra=there), House(tmp_path, extra=there)
        one.weilu("migrate")
        running = [_start(one, "web", "--no-migrate"), _start(two, "web", "--no-migrate")]
        running += [_start(one, "worker"), _start(two, "worker")]
        try:
            for door in (one, two):
                _until(lambda door=door: _answers(door), "both doors are open")
            yield Twins(one, two)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(30)
            one.down()


def test_who_comes_in_at_one_door_is_known_at_the_other(twins: Twins, tmp_path: Path) -> None:
    ada = Visitor(twins.first.url)
    assert ada.begin((tmp_path / "first-start.code").read_text().strip()).url.endswith("/")
    there = twins.at_second(ada)

    # A form fetched at one door is taken at the other: session and CSRF secret are not bound to a process.
    assert there.get("/settings/account").status == 200
    assert (
        there.post(
            "/settings/account/name", found_at=f"{ada.base}/settings/account", name="Ada Lovelace"
        ).status
        == 200
    )
    assert "Ada Lovelace" in ada.get("/settings/account").text

    _what_comes_in_at_one_shows_at_both(twins, ada, there, tmp_path)
    _attempts_are_counted_over_both(twins)
    _who_logs_out_at_one_is_out_at_both(ada, there)


def _what_comes_in_at_one_shows_at_both(twins: Twins, ada: Visitor, there: Visitor, folder: Path) -> None:
    """Figures drawn and kept by one process follow what another has done: an import, its undo."""
    export = folder / "hearth.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in _export(40)))
    batch = twins.first.weilu_json("import", "jsonl", str(export), "--community", "Hearth", "--yes")["batch"]
    number = _until(lambda: _hearth(ada), "the community shows")
    for door in (ada, there):
        assert _until(lambda door=door: "Member 3" in door.get(number).text, "its people show at both doors")
    twins.second.weilu("import", "undo", str(batch), "--yes")
    for door in (ada, there):
        assert _until(
            lambda door=door: "Member 3" not in door.get("/members/").text, "and are gone from both"
        )


def _attempts_are_counted_over_both(twins: Twins) -> None:
    """Five guesses are free, wherever they are made."""
    doors = [Visitor(twins.first.url), Visitor(twins.second.url)]
    for guess in range(6):
        doors[guess % 2].post("/login", email="ada@example.com", password=f"wrong {guess}")
    for door in doors:
        locked = door.post("/login", email="ada@example.com", password=PASSWORD)
        assert locked.url.endswith("/login"), "locked out at both, also with the right password"


def _who_logs_out_at_one_is_out_at_both(ada: Visitor, there: Visitor) -> None:
    there.post("/logout", found_at="/settings/account")
    assert "/login" in ada.get("/settings/account").url


def _export(events: int) -> Iterator[dict[str, Any]]:
    for n in range(events):
        who = n % 7
        yield {
            "id": str(n),
            "time": f"2026-01-0{1 + n % 7}T10:00:00Z",
            "member": f"m{who}",
            "name": f"Member {who}",
            "text": "hi",
        }


def _hearth(door: Visitor) -> str:
    import re

    found = re.search(r'href="(/communities/\d+/?)"', door.get("/communities/").text)
    return found[1] if found else ""


def _start(one: House, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "weilu.app", *arguments],
        cwd=ROOT, env=one.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _answers(door: House) -> bool:
    try:
        return door.get("/readyz")[0] == 200
    except OSError:
        return False


def _until(holds: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + WAIT_SECONDS
    while not (found := holds()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return found
