"""What strangers throw at the front door: it answers each with a reason, stays quick for everybody else, and loses nothing."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sdks import stranger
from tests.sdks.stranger import Door, Reply, written

pytestmark = [pytest.mark.once]
QUICK_SECONDS, ANSWER_SECONDS = 3.0, 15.0
"""So long the door may work at an answer, and so long it may take on a machine that has other work, too."""
MIB = 1024 * 1024
_ids = itertools.count()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with stranger.door() as one:
        yield one


def good(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Looked", "userId": "cai", "messageId": f"good-{next(_ids)}", **more}


def batch(door: Door, *events: Any) -> bytes:
    return json.dumps({"writeKey": door.key, "batch": events}).encode()


def quick(door: Door, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
    """The answer, which must come soon."""
    started, worked = time.monotonic(), door.worked()
    reply = door.ask(method, path, body, **headers)
    assert door.worked() - worked < QUICK_SECONDS, f"{method} {path} is too much work"
    assert time.monotonic() - started < ANSWER_SECONDS, f"{method} {path} took too long"
    return reply


def still_open(door: Door) -> None:
    assert quick(door, "GET", "/healthz").status == 200
    assert quick(door, "POST", "/v1/batch", batch(door, good())).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"A" + b" " * 4 * MIB + b"!",
        b"A" * 4 * MIB + b"!",
        b"=" * 4 * MIB,
        b"--" + b'name="data"\n\n' * 300_000,
        b"--" + b'name="data"\na\n' * 300_000,
        b"--x\r\n" + b'name="data"' + b"\n" * 4 * MIB,
        b"&" * 4 * MIB + b"data=1",
        b"data=" + b"%" * 4 * MIB,
        b"%" * 4 * MIB,
        b'{"a":"' + b"\\ud83c" * 700_000 + b'"',
        b"[" * 4 * MIB,
        b'{"a":' * 800_000,
        b"[" + b"0," * 2 * MIB + b"0]",
        b"\x1f\x8b" + b"\x00" * 4 * MIB,
        b"x\x9c" + b"\x00" * 4 * MIB,
        b"\xff" * 4 * MIB,
        b" " * 4 * MIB,
    ],
    ids=lambda body: repr(body[:12] + b"~" + body[-6:]),
)
@pytest.mark.parametrize("path", ["/v1/batch", "/sa"])
def test_no_body_freezes_the_door_whoever_sends_it(door: Door, path: str, body: bytes) -> None:
    for keyed in (path, f"{path}?key={door.key}"):
        assert 400 <= quick(door, "POST", keyed, body).status < 500
    still_open(door)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_gzip_bomb_is_put_down_without_growing(door: Door, layers: int) -> None:
    bomb = gzip.compress(b"0" * 64 * MIB)
    for _layer in range(layers - 1):
        bomb = gzip.compress(bomb)
    before = door.memory()
    for _try in range(5):
        assert quick(door, "POST", f"/v1/batch?key={door.key}", bomb).status in (400, 413)
    assert door.memory() - before < 48 * MIB
    still_open(door)


def test_ten_megabytes_are_refused_and_nothing_of_them_is_kept(door: Door) -> None:
    before = door.memory()
    for _try in range(5):
        with door.line() as line:
            line.say(written("POST", f"/v1/batch?key={door.key}", b"x" * 10 * MIB))
            reply = line.hear()
            assert reply is not None
            assert (reply.status, reply.json["error"]) == (413, "too_large")
    assert door.memory() - before < 48 * MIB
    still_open(door)


def test_ten_megabytes_in_chunks_without_a_length_are_refused_too(door: Door) -> None:
    head = f"POST /v1/batch?key={door.key} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with door.line() as line:
        line.say(head + chunk * 160 + b"0\r\n\r\n")
        reply = line.hear()
        assert reply is not None
        assert reply.status == 413
    still_open(door)


def test_hundreds_who_say_nothing_or_a_byte_at_a_time_keep_nobody_out(door: Door) -> None:
    lines = []
    try:
        for number in range(300):
            line = stranger.Line(door.one.port)
            lines.append(line)
            line.say(
                (b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n{", b"POST /v1", b"")[
                    number % 3
                ]
            )
        still_open(door)
        for line in lines:
            line.say(b"x")
        still_open(door)
    finally:
        for line in lines:
            line.close()


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"GET /v1/batch\r\n\r\n",
        b"POST /v1/batch HTTP/9.9\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"POST /v1/batch?key=" + b"k" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00" * 1_000 + b"\r\n\r\n",
    ],
    ids=lambda said: repr(said[:24]),
)
def test_what_is_no_request_is_turned_away(door: Door, said: bytes) -> None:
    with door.line() as line:
        line.say(said)
        reply = line.hear()
        assert reply is None or 400 <= reply.status < 500
    still_open(door)


@pytest.mark.parametrize(
    "path",
    ["/static/console/dist/%00", f"/static/{'x' * 3000}", "/static/../../app/settings.py", "/static/%2e%2e/%2e%2e/app/settings.py",
     "/%00", "/login/%ff%fe", "//elsewhere/login", "/login?next=%00", "/array/%00/config.js"],
)  # fmt: skip
def test_odd_addresses_are_not_found(door: Door, path: str) -> None:
    assert quick(door, "GET", path).status in (302, 400, 404)


def test_two_lengths_smuggle_nothing(door: Door) -> None:
    hidden = written("POST", "/v1/batch", batch(door, good(event="Smuggled")))
    said = written("POST", "/v1/batch", b"0\r\n\r\n" + hidden, transfer_encoding="chunked")
    before = door.settled()
    with door.line() as line:
        line.say(said)
        first = line.hear()
    assert first is None or first.status >= 400
    still_open(door)
    assert door.taken_after(before + 1) == before + 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "GET", "BREW"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/batch",
        "/v1/t",
        "/batch/",
        "/e/",
        "/i/v0/e/",
        "/flags/",
        "/decide/?v=3",
        "/array/x/config.js",
        "/sa",
        "/sa.gif",
        "/api/s/track",
    ],
)
def test_no_method_makes_the_door_fail(door: Door, method: str, path: str) -> None:
    with door.line() as line:
        line.say(written(method, path, b"") + written("GET", "/healthz"))
        first = line.hear()
        assert first is not None
        assert first.status < 500
        if method not in ("HEAD", "BREW"):
            again = line.hear()
            assert again is None or again.body == b"ok"


def test_a_hundred_requests_said_in_one_breath_are_answered_in_order(door: Door) -> None:
    said = [written("POST", "/v1/batch", batch(door, *[good()] * number)) for number in range(1, 51)]
    with door.line() as line:
        line.say(b"".join(one + written("POST", "/nothing-here/x", b"") for one in said))
        statuses = [reply.status for _ in range(100) if (reply := line.hear())]
    assert statuses[::2] == [200] * 50
    assert set(statuses[1::2]) <= {302, 403, 404}


def test_hanging_up_in_the_middle_costs_nothing(door: Door) -> None:
    whole = written("POST", "/v1/batch", batch(door, *(good() for _ in range(200))))
    before = door.memory()
    for place in range(60):
        with door.line() as line:
            line.say(whole[: 40 + place * 300])
    assert door.memory() - before < 24 * MIB
    still_open(door)


@pytest.mark.parametrize(
    "event",
    [
        good(timestamp="9999-12-31T23:59:59.999Z"),
        good(timestamp="0001-01-01T00:00:00Z"),
        good(timestamp=-1), good(timestamp=True), good(timestamp=1e300), good(timestamp="0"), good(timestamp=""),
        good(timestamp="2026-02-30T00:00:00Z"), good(timestamp="2026-11-26T25:61:61+99:99"), good(timestamp=[]),
        good(sentAt={"a": 1}), good(userId=True), good(userId=1e20), good(userId=[1]), good(userId="\ud800"),
        good(anonymousId={"id": 1}), good(properties={"": 1, "a" * 5000: 2, "\ud800": "x"}),
        good(properties={"big": 10**30, "n": -(2**63) - 1}), good(properties={"a": {"b": {"c": [1, {"d": None}]}}}),
        good(type=["track"]), good(type={"a": 1}), good(event=["x"]), good(event="\u202etxt"), good(context=[1, 2]),
        good(context={"traits": 7, "campaign": "x"}), good(messageId=["x"]), good(messageId="m" * 100_000),
        good(type="alias", previousId=7), good(type="alias", previousId="cai"), good(type="group", groupId={"a": 1}),
        good(type="identify", traits=[1]), good(type="identify", traits={"name": {"first": 1}}),
        [good()], "text", None, 7, [], {},
    ],
    ids=lambda event: json.dumps(event)[:60],
)  # fmt: skip
def test_odd_events_are_taken_or_refused_but_never_break_the_door(door: Door, event: Any) -> None:
    before = quick(door, "POST", "/v1/batch", batch(door, event, good()))
    assert before.status == 200, before.body
    assert quick(door, "POST", f"/v1/track?key={door.key}", json.dumps(event).encode()).status < 500


@pytest.mark.parametrize(
    "event",
    [
        {"type": "track", "event": "Looked", "distinct_id": "cai", "time": 10**30},
        {"type": "track", "event": "Looked", "distinct_id": ["cai"], "time": "x"},
        {"type": "track", "event": "Looked", "distinct_id": "cai", "time": 1, "_track_id": {"a": 1}},
        {"type": "track", "event": "Looked", "distinct_id": "cai", "_flush_time": [], "identities": ["x"]},
        {"type": "profile_append", "distinct_id": "cai", "properties": {"a": ["b"] * 3_000}},
        {"type": "profile_delete", "distinct_id": "cai"},
        {"type": "profile_unset", "distinct_id": "cai", "properties": 7},
        {"type": "item_set", "item_type": {"a": 1}, "item_id": None},
        {"type": ["track"], "distinct_id": "cai"},
        {"type": "track_signup", "distinct_id": "cai", "original_id": "cai"},
    ],
    ids=lambda event: json.dumps(event)[:60],
)
def test_odd_events_of_sensors_are_taken_or_refused(door: Door, event: Any) -> None:
    packed = base64.b64encode(json.dumps(event).encode()).decode().replace("+", "%2B")
    for method, path, body in (
        ("GET", f"/sa.gif?project={door.key}&data={packed}", b""),
        ("POST", f"/sa?project={door.key}", f"data={packed}".encode()),
    ):
        assert quick(door, method, path, body).status < 500


@pytest.mark.parametrize(
    "event",
    [
        {"event": "looked", "distinct_id": ["cai"], "properties": {}},
        {"event": "looked", "properties": {"distinct_id": {"a": 1}, "token": 7}},
        {"event": "$create_alias", "distinct_id": "cai", "properties": {"alias": ["x"]}},
        {"event": "$identify", "distinct_id": "cai", "$set": [1], "$set_once": "x"},
        {"event": "$groupidentify", "distinct_id": "cai", "properties": {"$group_type": 1, "$group_key": [], "$group_set": 3}},
        {"event": "looked", "distinct_id": "cai", "uuid": 7, "timestamp": {"a": 1}, "offset": "x"},
        {"event": None, "distinct_id": "cai"},
    ],
    ids=lambda event: json.dumps(event)[:60],
)  # fmt: skip
def test_odd_events_of_posthog_are_taken_or_refused(door: Door, event: Any) -> None:
    for path, body in (
        ("/batch/", {"api_key": door.key, "batch": [event]}),
        ("/e/", {"api_key": door.key, **event}),
    ):
        assert quick(door, "POST", path, json.dumps(body).encode()).status < 500


def test_five_thousand_events_in_one_request_come_in_and_one_more_does_not(door: Door) -> None:
    before = door.settled()
    assert door.ask("POST", "/v1/batch", batch(door, *(good() for _ in range(5_000)))).status == 200
    assert door.ask("POST", "/v1/batch", batch(door, *(good() for _ in range(5_001)))).status == 413
    assert door.taken_after(before + 5_000) == before + 5_000


def test_wrong_keys_are_turned_away_and_tell_nothing(door: Door) -> None:
    replies = {
        quick(
            door, "POST", f"/v1/batch?key={key}", b'{"batch":[{"type":"track","event":"A","userId":"b"}]}'
        ).body
        for key in ("x", door.key[:-1], door.key + "x", door.key.swapcase(), "%00", "'%20OR%201=1")
    }
    assert len(replies) == 1
    assert json.loads(replies.pop())["error"] == "unknown_key"
