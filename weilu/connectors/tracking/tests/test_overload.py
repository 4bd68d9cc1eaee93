"""Too much at once, a full disk, a store that fails: what is answered, and what is never lost or doubled."""

from __future__ import annotations

import asyncio
import errno
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from weilu.connectors.tracking import door as doors
from weilu.connectors.tracking import load
from weilu.connectors.tracking.committing import Committer
from weilu.connectors.tracking.contract import Refused
from weilu.connectors.tracking.models import Source
from weilu.connectors.tracking.queries import sources
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import disk
from weilu.core.events import actions as log
from weilu.core.events.incoming import Incoming
from weilu.core.events.keys import sdk_key

EVENT = {"type": "track", "event": "Good", "userId": "u", "messageId": "one"}
SENSORS = {"type": "track", "event": "Good", "distinct_id": "u", "time": 1}


def test_too_much_at_once_is_asked_to_come_again_but_not_who_would_not(
    door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "BUSY_BYTES", 20)
    reply = door.post("/v1/t", EVENT | {"writeKey": shop.key})
    assert (reply.status, reply.headers["retry-after"]) == (429, "1")
    assert door.post(f"/sa?key={shop.key}", SENSORS).status == 200
    monkeypatch.setattr(doors, "PATIENT_BYTES", 20)
    assert door.post(f"/sa?key={shop.key}", SENSORS).status == 429


def test_a_full_disk_takes_nothing_in(door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LEAST_FREE", 2**62)
    reply = door.post("/v1/t", EVENT | {"writeKey": shop.key})
    assert (reply.status, reply.json["error"], reply.headers["retry-after"]) == (503, "disk_full", "30")
    assert door.rows() == []


@pytest.mark.parametrize(("error", "told"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "unavailable")])
def test_what_could_not_be_stored_is_not_acknowledged_and_comes_in_once_when_sent_again(
    db: None, shop: Source, error: int, told: str
) -> None:
    failing = [True]

    def write(frames: list[tuple[int, bytes]]) -> None:
        # The worst case: it is on disk, and the error comes afterwards.
        log.append_encoded(frames)
        if failing:
            raise OSError(error, "no")

    door = Door(write)
    reply = door.post("/v1/t", EVENT | {"writeKey": shop.key})
    assert (reply.status, reply.json["error"]) == (503, told)
    failing.clear()
    assert door.post("/v1/t", EVENT | {"writeKey": shop.key}).status == 200
    assert len(door.rows()) == 1


def test_the_answer_waits_for_the_disk(db: None, shop: Source) -> None:
    order: list[Any] = []

    def write(frames: list[tuple[int, bytes]]) -> None:
        log.append_encoded(frames)
        order.append("on disk")

    reply = Door(write).post("/v1/t", EVENT | {"writeKey": shop.key})
    assert [*order, reply.status] == ["on disk", 200]


def test_a_body_that_stalls_gives_its_place_back(
    door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a few such lines would keep everybody else out for ever."""
    monkeypatch.setattr(load, "PATIENCE_SECONDS", 0.05)
    begun = [{"type": "http.request", "body": b"{" * 1_000, "more_body": True}]

    async def stalling() -> tuple[int, str]:
        share = load.Share(held := load.Load(), 2_000)

        async def receive() -> Any:
            return begun.pop() if begun else await asyncio.Event().wait()

        try:
            await load.body(receive, share, 5_000)
        except Refused as refused:
            share.give_back()
            return held.held, refused.reason
        return held.held, ""

    assert asyncio.run(stalling()) == (0, "too_slow")
    assert doors.STATUS["too_slow"] == 408


def test_what_could_not_be_stored_is_not_counted_as_come(db: None, shop: Source) -> None:
    def write(frames: list[tuple[int, bytes]]) -> None:
        raise OSError(errno.EIO, "no")

    door = Door(write)
    assert door.post("/v1/t", EVENT | {"writeKey": shop.key}).status == 503
    assert [line.events for line in sources()] == [0]


def test_a_mistake_of_ours_in_one_request_does_not_sink_those_that_wait_beside_it() -> None:
    written: list[int] = []

    def event(kind: str) -> Incoming:
        return Incoming(sdk_key(1, kind), kind, 1, "sdk:shop")

    async def both() -> list[Any]:
        with ThreadPoolExecutor(1) as thread:
            committer = Committer(lambda frames: written.extend(count for count, _ in frames), thread)
            return await asyncio.gather(
                committer.put([event("Good")]), committer.put([event("bad\n")]), return_exceptions=True
            )

    good, bad = asyncio.run(both())
    assert good is None
    assert isinstance(bad, ValueError)
    assert written == [1]
