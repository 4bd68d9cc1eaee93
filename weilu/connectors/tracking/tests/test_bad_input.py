"""What is malformed is refused with a reason and counted; what stands beside it comes in."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from weilu.connectors.tracking import actions, reasons
from weilu.connectors.tracking.models import Refusal, Source
from weilu.connectors.tracking.queries import sources
from weilu.connectors.tracking.rules.body import MOST_BYTES
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.events import actions as log
from weilu.core.events import holds, queries
from weilu.core.operators.access import Viewer

DAY = 86_400_000
GOOD = {"type": "track", "event": "Good", "userId": "u", "messageId": "good"}


def counted() -> dict[str, int]:
    return dict(Refusal.objects.values_list("reason", "count"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no_events"),
        (b"   ", "no_events"),
        (b'{"batch":[]}', "no_events"),
        (b'{"batch":7}', "no_events"),
        (b'{"batch":[', "not_json"),
        (b'{"a":1e999}', "not_json"),
        (b'{"event":"\x00"}', "not_json"),
        (b'"text"', "not_json"),
        (b"[" * 5000 + b"]" * 5000, "not_json"),
        (b"not base64 at all!", "not_packed_right"),
        (b"data=%%%", "not_packed_right"),
        (b"eyJhIjox", "not_json"),
        (b"QUJD", "not_packed_right"),
        (b"data=" + b"%" * 2_000, "not_packed_right"),
        (b"A" + b" " * MOST_BYTES + b"!", "too_large"),
        (b"A" + b" " * 4_000_000 + b"!", "not_packed_right"),
        (b"--" + b'name="data"\n\n' * 300_000, "not_packed_right"),
        (gzip.compress(b'{"batch":[]}')[:-5], "not_packed_right"),
        (b"\x1f\x8b\x08\x00broken", "not_packed_right"),
        (gzip.compress(b"[" + b" " * (MOST_BYTES + 1)), "too_large"),
        (zlib.compress(b"[" + b" " * (MOST_BYTES + 1)), "too_large"),
        (b'{"batch":[' + b" " * MOST_BYTES + b"]}", "too_large"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"{}"))))))),
         "not_packed_right"),
    ],
    ids=lambda one: one if isinstance(one, str) else ascii(one[:16]),
)  # fmt: skip
def test_a_body_that_is_none_is_refused_for_the_right_reason(
    door: Door, shop: Source, body: bytes, reason: str
) -> None:
    reply = door.post(f"/v1/batch?key={shop.key}", body)
    assert reply.json["error"] == reason
    assert reply.status == (413 if reason == "too_large" else 400)
    assert reply.json["message"] == reasons.english(reason)
    assert counted() == {reason: 1}
    assert door.rows() == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (7, "not_an_object"),
        ({"type": "track", "event": "E"}, "nobody"),
        ({"type": "track", "userId": "u"}, "no_name"),
        ({"type": "track", "event": {"a": 1}, "userId": "u"}, "no_name"),
        ({"type": "dance", "userId": "u"}, "unknown_call"),
        ({"type": "track", "event": "x" * 201, "userId": "u"}, "long_name"),
        ({"type": "track", "event": "message.sent", "userId": "u"}, "reserved_name"),
        ({"type": "track", "event": "points.granted", "userId": "u"}, "reserved_name"),
        ({"type": "track", "event": "Mailed cai@example.com", "userId": "u"}, "id_in_name"),
        ({"type": "track", "event": "Called 13800138000", "userId": "u"}, "id_in_name"),
        ({"type": "track", "event": "E", "userId": "u" * 1001}, "long_id"),
        ({"type": "track", "event": "E", "userId": "u", "timestamp": "yesterday"}, "bad_time"),
        ({"type": "track", "event": "E", "userId": "u", "timestamp": 10**300}, "bad_time"),
        ({"type": "track", "event": "E", "userId": "u\u0000"}, "nul"),
        ({"type": "track", "event": "E", "userId": "u", "properties": {"a": ["\u0000"]}}, "nul"),
        ({"type": "track", "event": "E", "userId": "u", "properties": {"t": "x" * 40_000}}, "event_too_large"),
        ({"type": "track", "event": "E", "userId": "u", "properties": [1]}, "not_properties"),
        ({"type": "track", "event": "E", "userId": "u", "properties": {f"p{n}": n for n in range(256)}},
         "many_properties"),
        ({"type": "track", "event": "order.paid", "userId": "u", "properties": {"value": 9.99}}, "bad_value"),
        ({"type": "track", "event": "order.paid", "userId": "u", "properties": {"value": 2**63}}, "bad_value"),
    ],
)  # fmt: skip
def test_one_bad_event_does_not_sink_its_batch(door: Door, shop: Source, bad: Any, reason: str) -> None:
    reply = door.post("/v1/batch", {"writeKey": shop.key, "batch": [bad, GOOD]})
    assert reply.status == 200
    assert [(one["index"], one["reason"]) for one in reply.json["reasons"]] == [(0, reason)]
    assert [row.kind for row in door.rows()] == ["Good"]
    assert counted() == {reason: 1}


def test_properties_nested_too_deep_are_refused_alone(door: Door, shop: Source) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    body = {"writeKey": shop.key, "batch": [GOOD | {"messageId": "d", "properties": {"deep": deep}}, GOOD]}
    assert door.post("/v1/batch", body).json["reasons"][0]["reason"] == "too_deep"
    assert len(door.rows()) == 1


def test_ten_megabytes_are_refused_before_they_are_read(door: Door, shop: Source) -> None:
    reply = door.send("POST", f"/v1/batch?key={shop.key}", b"x" * 10_000_000)
    assert (reply.status, reply.json["error"]) == (413, "too_large")
    assert Refusal.objects.get().source == shop.pk


def test_more_events_than_may_be_are_refused(door: Door, shop: Source) -> None:
    batch = [GOOD | {"messageId": str(number)} for number in range(5_001)]
    assert door.post("/v1/batch", {"writeKey": shop.key, "batch": batch}).json["error"] == "too_many"
    assert door.rows() == []
    assert [line.events for line in sources()] == [0]


@pytest.mark.parametrize("days", [-365, -31, 2, 365])
def test_a_clock_far_off_waits_for_an_operator_and_is_answered_as_taken(
    door: Door, shop: Source, days: int
) -> None:
    event = GOOD | {"timestamp": clock.now_ms() + days * DAY}
    assert door.post("/v1/batch", {"writeKey": shop.key, "batch": [event]}).status == 200
    assert door.rows() == []
    assert [held.kind for held in queries.held()] == ["Good"]
    (line,) = sources()
    assert (line.events, line.refused, line.held) == (0, 0, 1)


def test_only_so_many_clocks_far_off_wait_for_an_operator_the_rest_is_refused(
    door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import tally

    def late(first: int) -> list[dict[str, Any]]:
        old = clock.now_ms() - 365 * DAY
        return [
            GOOD | {"messageId": str(number), "timestamp": old + number} for number in range(first, first + 3)
        ]

    monkeypatch.setattr(holds, "MOST", 2)
    monkeypatch.setattr(tally, "FRESH_SECONDS", -1)
    reply = door.post("/v1/batch", {"writeKey": shop.key, "batch": [*late(0), GOOD]})
    assert [(one["index"], one["reason"]) for one in reply.json["reasons"]] == [(2, "clock")]
    assert [row.kind for row in door.rows()] == ["Good"]
    assert door.post("/v1/batch", {"writeKey": shop.key, "batch": late(10)}).json["error"] == "clock"
    assert counted() == {"clock": 4}
    log.discard(queries.held()[0].number)
    assert door.post("/v1/batch", {"writeKey": shop.key, "batch": late(20)}).json["refused"] == 2


def test_what_waits_of_one_source_hides_nothing_of_another_and_goes_with_it(door: Door, shop: Source) -> None:
    other = actions.add(Viewer.everything(), "Other")
    for number, key in enumerate((shop.key, shop.key, other.key)):
        event = GOOD | {"messageId": str(number), "timestamp": clock.now_ms() - 365 * DAY, "writeKey": key}
        door.post("/v1/track", event)
    door.rows()
    assert [one.source for one in queries.held("sdk:other", 1)] == ["sdk:other"]
    assert queries.held_counts(["sdk:shop", "sdk:other"]) == {"sdk:shop": 2, "sdk:other": 1}
    actions.remove(Viewer.everything(), shop.pk)
    assert [one.source for one in queries.held()] == ["sdk:other"]


def test_half_an_emoji_does_not_sink_a_body(door: Door, shop: Source) -> None:
    event = json.dumps(GOOD | {"properties": {"said": "X"}}).replace('"X"', '"tea \\ud83c"')
    body = f'{{"writeKey":"{shop.key}","batch":[{event}]}}'.encode()
    assert door.post("/v1/batch", body).status == 200
    assert len(door.rows()) == 1


def test_names_of_its_own_are_bounded_by_source(
    door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import tally

    monkeypatch.setattr(tally, "MOST_NAMES", 3)
    batch = [GOOD | {"event": f"Own {'abcdef'[number]}", "messageId": str(number)} for number in range(5)]
    batch.append(GOOD | {"event": "order.paid", "messageId": "o"})
    reply = door.post("/v1/batch", {"writeKey": shop.key, "batch": batch})
    assert [one["reason"] for one in reply.json["reasons"]] == ["too_many_names"] * 2
    assert [row.kind for row in door.rows()] == ["Own a", "Own b", "Own c", "order.paid"]
    again = Door()
    assert again.post("/v1/t", GOOD | {"writeKey": shop.key, "event": "Own z"}).status == 400


def test_nobodys_key_and_no_key_are_counted_for_no_source(door: Door, shop: Source) -> None:
    assert door.post("/v1/batch", {"batch": [GOOD]}).status == 401
    assert door.post("/v1/batch", {"batch": [GOOD], "writeKey": "x"}).json["error"] == "unknown_key"
    assert counted() == {"no_key": 1, "unknown_key": 1}
    assert not Refusal.objects.exclude(source=0).exists()


def test_a_wrong_basic_header_is_no_key(door: Door) -> None:
    for header in ("Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x"):
        assert door.post("/v1/batch", {"batch": [GOOD]}, authorization=header).json["error"] == "no_key"


def test_names_that_another_process_let_in_count_too(
    db: None, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import tally

    def said(name: str) -> dict[str, Any]:
        return GOOD | {"writeKey": shop.key, "event": name, "messageId": name}

    monkeypatch.setattr(tally, "MOST_NAMES", 2)
    monkeypatch.setattr(tally, "FRESH_SECONDS", -1)
    one, other = Door(), Door()
    assert other.post("/v1/t", said("Own a")).status == 200
    assert one.post("/v1/t", said("Own b")).status == 200
    assert other.post("/v1/t", said("Own c")).json["error"] == "too_many_names"
