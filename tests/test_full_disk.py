"""A full disk makes everything read-only: writes are answered 503 with a sentence, reads go on, it recovers by itself."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.small_disk import SmallDisk, small_disk
from tests.house import House
from tests.visitor import Visitor

pytestmark = [pytest.mark.once, pytest.mark.slow]
MEGABYTES = 140
NEARLY = 30 * 1024 * 1024
"""Less than the house keeps back for itself."""
EXPORT = [
    {"id": str(n), "time": f"2026-01-0{1 + n % 7}T10:00:00Z", "member": f"m{n % 9}", "text": "hi"}
    for n in range(90)
]


@dataclass
class Crowded:
    """A running house on a small disk, with Ada logged in and a source that sends events."""

    one: House
    disk: SmallDisk
    ada: Visitor
    key: str
    sent: int = 0

    def track(self) -> int:
        """One event by an SDK; the status of the answer."""
        event = {"type": "track", "event": "Tea poured", "userId": "cai", "messageId": f"m-{self.sent}"}
        self.sent += 1
        given = base64.b64encode(f"{self.key}:".encode()).decode()
        headers = {"Authorization": f"Basic {given}", "Content-Type": "application/json"}
        body = json.dumps({"batch": [event]}).encode()
        return _status(urllib.request.Request(f"{self.one.url}/v1/batch", data=body, headers=headers))

    def ready(self) -> dict[str, Any]:
        status, body = self.one.get("/readyz")
        return {"status": status, **json.loads(body)}

    def rename(self, name: str) -> Any:
        return self.ada.post("/settings/account/name", found_at="/settings/account", name=name)

    def events(self) -> int:
        return int(self.one.weilu_json("warehouse", "status")["head"])


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Crowded]:
    with small_disk(MEGABYTES) as disk:
        one = House(disk.folder)
        try:
            one.up()
            ada = Visitor(one.url)
            assert ada.begin(one.first_code()).status == 200
            yield Crowded(one, disk, ada, one.weilu_json("source", "add", "shop")["key"])
        finally:
            one.down()


def test_a_full_disk_makes_everything_read_only_and_it_recovers_by_itself(
    crowded: Crowded, tmp_path: Path
) -> None:
    export = tmp_path / "hearth.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in EXPORT))
    crowded.one.weilu("import", "jsonl", str(export), "--yes")
    _until(lambda: crowded.track() == 200, "the source works")
    before = _settled(crowded)
    for left in (NEARLY, 0):
        crowded.disk.fill(left)
        _until(lambda: crowded.ready()["read_only"], "the disk is seen to be full")
        _only_reading(crowded, export)
    crowded.disk.free()
    _until(lambda: not crowded.ready()["read_only"], "there is room again")
    assert crowded.rename("Ada Again").status == 200
    assert "Ada Again" in crowded.ada.get("/settings/account").text
    assert crowded.track() == 200
    _until(
        lambda: crowded.events() == before + 1, "nothing of what was refused came in, the one after it did"
    )
    doctor = json.loads(crowded.one.weilu("doctor", "--json", check=False))
    assert [one for one in doctor["findings"] if one["level"] == "bad"] == []


def _only_reading(crowded: Crowded, export: Path) -> None:
    assert crowded.track() == 503
    refused = crowded.rename("Nobody")
    assert (refused.status, "disk is full" in refused.text) == (503, True)
    for page in ("/", "/communities/", "/members/", "/imports/", "/settings/account"):
        assert crowded.ada.get(page).status == 200, page
    assert "Nobody" not in crowded.ada.get("/settings/account").text
    assert crowded.ready()["status"] == 200
    assert "the disk is full" in crowded.one.weilu("doctor", check=False)
    question = {"kind": "trend", "metric": "messages", "from": "2026-01-01", "to": "2026-01-07", "by": "day"}
    assert sum(row[-1] for row in crowded.one.weilu_json("ask", json.dumps(question))["rows"]) == len(EXPORT)
    assert (
        json.loads(crowded.one.weilu("import", "jsonl", str(export), "--yes", "--json", check=False))["error"]
        == "disk_full"
    )


def _settled(crowded: Crowded) -> int:
    """How many events are in the log once nothing waits for it."""
    _until(lambda: b"\nweilu_intake_waiting 0\n" in crowded.one.get("/metrics")[1], "all is in the log")
    return crowded.events()


def _until(holds: Any, what: str) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
