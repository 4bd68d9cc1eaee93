"""The database goes away: who comes again is asked to, who would not loses nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError

from weilu.connectors.tracking import gate, keeping
from weilu.connectors.tracking.models import Source
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.events import actions as log
from weilu.core.events.incoming import Incoming
from weilu.core.events.keys import sdk_key

Frames = list[tuple[int, bytes]]


def sensors() -> dict[str, Any]:
    return {"type": "track", "event": "Good", "distinct_id": "u", "time": clock.now_ms()}


def segment(source: Source) -> dict[str, Any]:
    return {"type": "track", "event": "Good", "userId": "u", "messageId": "one", "writeKey": source.key}


@pytest.mark.parametrize("taken", [False, True], ids=["before", "after it was taken"])
def test_what_an_sdk_would_not_send_again_waits_on_this_machine_and_is_there_once(
    db: None, shop: Source, taken: bool
) -> None:
    def write(frames: Frames) -> None:
        if taken:
            log.append_encoded(frames)
        raise OperationalError("terminating connection due to administrator command")

    door = Door(write)
    assert door.post(f"/sa?key={shop.key}", sensors()).status == 200
    assert door.post("/v1/t", segment(shop)).json["error"] == "unavailable"
    log.bring_in()
    assert [row.kind for row in door.rows()] == ["Good"] * (2 if taken else 1)


def test_sources_that_were_known_may_send_while_they_cannot_be_read(
    shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door()
    assert door.post(f"/sa?key={shop.key}", sensors()).status == 200

    def away() -> Mapping[str, gate.Known]:
        raise OperationalError("connection refused")

    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    monkeypatch.setattr(gate, "sources", away)
    assert door.post(f"/sa?key={shop.key}", sensors()).status == 200
    assert door.post("/v1/t", segment(shop)).status == 200
    assert door.post("/sa?key=another", sensors()).status == 503
    monkeypatch.undo()
    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    assert door.post("/sa?key=another", sensors()).status == 401


def test_a_source_that_nobody_has_asked_for_yet_may_send_while_its_names_cannot_be_read(
    shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import notes

    def away(source: int, code: str) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(notes, "standing_of", away)
    door = Door()
    assert door.post(f"/sa?key={shop.key}", sensors()).status == 200
    assert len(door.rows()) == 1


def test_a_database_that_hangs_holds_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 0.05)
    over, pool = threading.Event(), ThreadPoolExecutor(2)
    sheltered: Frames = []
    event = Incoming(sdk_key(1, "one"), "Good", 1, "sdk:shop")

    def hang(frames: Frames) -> None:
        over.wait(30)

    async def put() -> None:
        keeper = keeping.Keeper(keeping.Store(hang, sheltered.extend, lambda: 0), lambda: pool)
        await keeper.put([event], patient=True)
        over.set()
        await asyncio.to_thread(pool.shutdown)

    asyncio.run(put())
    assert [count for count, _ in sheltered] == [1]


def test_sources_are_waited_for_a_little_while_reading_them_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)

    async def ask() -> tuple[object, str]:
        known: dict[str, Any] = {"key": "source"}
        answers = [known]

        async def read() -> Any:
            return answers.pop() if answers else await asyncio.Event().wait()

        one = gate.Gate(read)
        await one.find("key")
        found = await one.find("key")
        try:
            await one.find("other")
        except gate.Unreadable:
            return found, "unreadable"
        return found, ""

    assert asyncio.run(ask()) == ("source", "unreadable")
