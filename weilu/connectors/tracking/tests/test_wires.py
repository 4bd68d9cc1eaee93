"""What SDKs send comes into the log, each in its own wire format."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from weilu.connectors.tracking.models import Source
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.events.models import Private

ORDER = {
    "type": "track",
    "event": "order.paid",
    "messageId": "m-1",
    "anonymousId": "a-1",
    "properties": {"value": 120, "currency": "CNY", "email": "cai@example.com"},
}


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def test_segments_batch_comes_in_with_its_value(door: Door, shop: Source) -> None:
    reply = door.post("/v1/batch", {"batch": [ORDER]}, authorization=basic(shop.key))
    assert (reply.status, reply.json) == (200, {"success": True})
    (row,) = door.rows()
    assert (row.kind, row.value, row.data, row.source, row.live) == (
        "order.paid",
        120,
        {"currency": "CNY"},
        "sdk:shop",
        True,
    )
    assert Identity.objects.get(pk=row.identity).outside == "a-1"
    assert json.loads(Private.objects.get().data) == {"email": "cai@example.com"}


@pytest.mark.parametrize(
    ("prefix", "where"),
    [("/v1", "body"), ("/v1", "address"), ("/api/s", "x-write-key"), ("/api/s/s2s", "basic")],
)
@pytest.mark.parametrize("call", ["identify", "track", "page", "screen", "group", "alias"])
@pytest.mark.parametrize("short", [False, True])
def test_each_call_of_segment_has_a_long_and_a_short_address_also_in_jitsus_way(
    door: Door, shop: Source, call: str, short: bool, prefix: str, where: str
) -> None:
    body = {"userId": "u-1", "event": "Ate soup", "groupId": "g", "previousId": "p", "messageId": "m"}
    path = f"{prefix}/{call[0] if short else call}"
    headers = {
        "x-write-key": {"x_write_key": f"{shop.key}:secret"},
        "basic": {"authorization": basic(shop.key)},
    }
    path += f"?writeKey={shop.key}" if where == "address" else ""
    sent = body | ({"writeKey": shop.key} if where == "body" else {})
    assert door.post(path, sent, **headers.get(where, {})).status == 200
    kinds = {
        "identify": "user.identified", "track": "Ate soup", "page": "page.viewed", "screen": "screen.viewed",
        "group": "group.joined", "alias": "user.aliased",
    }  # fmt: skip
    assert [row.kind for row in door.rows()] == [kinds[call]]


@pytest.mark.parametrize(
    "path", ["/v1/batch", "/v1/import", "/v1/b", "/api/s/batch", "/api/s/b", "/beacon/v1/batch"]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_batch_may_come_to_each_of_its_addresses(door: Door, shop: Source, path: str, slash: str) -> None:
    assert door.post(path + slash, {"batch": [ORDER]}, x_write_key=shop.key).json == {"success": True}
    assert door.post(path + slash, {"batch": [ORDER]}, x_write_key="another").status == 401
    assert [row.kind for row in door.rows()] == ["order.paid"]


def test_posthogs_batch_comes_in_gzipped_whatever_its_label_says(door: Door, shop: Source) -> None:
    event = {
        "event": "$pageview",
        "uuid": "0190-1",
        "distinct_id": "d-1",
        "properties": {"$current_url": "https://x/?q=1", "$os": "Linux", "$lib": "web", "n": 2},
    }
    packed = gzip.compress(json.dumps({"api_key": shop.key, "batch": [event]}).encode())
    reply = door.post("/batch/", packed, content_type="application/x-www-form-urlencoded")
    assert reply.json == {"status": "Ok"}
    (row,) = door.rows()
    assert (row.kind, row.data) == ("page.viewed", {"os": "Linux", "n": 2})


def test_posthogs_browser_sends_a_form_with_base64_in_it(door: Door, shop: Source) -> None:
    event = [{"event": "clicked", "properties": {"token": shop.key, "distinct_id": "d-1"}}]
    body = urlencode({"data": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    assert door.post("/e/?ip=1&_=17&ver=1.2", body).status == 200
    assert [row.kind for row in door.rows()] == ["clicked"]


SENSORS: dict[str, Any] = {
    "type": "track",
    "event": "AddToCart",
    "distinct_id": "dev-1",
    "_track_id": 4711,
    "properties": {"$os": "iOS", "$lib": "MiniProgram", "price": 12.5},
}


@pytest.mark.parametrize("way", ["form", "list", "gzip", "picture", "beacon", "text"])
def test_sensors_ways_of_sending_all_come_in(door: Door, shop: Source, way: str) -> None:
    event = SENSORS | {"time": clock.now_ms()}
    data, many = json.dumps(event).encode(), json.dumps([event]).encode()
    packed = base64.b64encode(gzip.compress(many)).decode()
    address = f"/sa?project={shop.key}"
    if way == "picture":
        reply = door.get(f"/sa.gif?key={shop.key}&data={quote(base64.b64encode(data).decode())}&ext=crc%3D1")
        assert reply.body.startswith(b"GIF89a")
    elif way == "form":
        reply = door.post(address, urlencode({"data": base64.b64encode(data).decode()}).encode())
    elif way == "list":
        reply = door.post(
            address, urlencode({"data_list": base64.b64encode(many).decode(), "gzip": "0"}).encode()
        )
    elif way == "gzip":
        reply = door.post(address, urlencode({"data_list": packed, "gzip": "1"}).encode())
    elif way == "beacon":
        part = f'--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n{base64.b64encode(data).decode()}\r\n--x--'
        reply = door.post(address, part.encode())
    else:
        reply = door.post(address, f"data_list={packed}&gzip=1".encode(), content_type="text/plain")
    assert reply.status == 200
    (row,) = door.rows()
    assert (row.kind, row.data) == ("AddToCart", {"os": "iOS", "price": 12.5})


def test_sensors_profiles_and_items_come_in(door: Door, shop: Source) -> None:
    now = clock.now_ms()
    events = [
        {
            "type": "profile_set",
            "distinct_id": "u",
            "properties": {"city": "Suzhou"},
            "time": now,
            "_track_id": 1,
        },
        {"type": "item_set", "item_type": "book", "item_id": "9", "properties": {"price": 3}, "time": now},
        {"type": "track_signup", "event": "$SignUp", "distinct_id": "u", "original_id": "dev", "time": now},
    ]
    assert door.post(f"/sa?key={shop.key}", events).status == 200
    rows = door.rows()
    assert [row.kind for row in rows] == ["profile.changed", "item.changed", "user.identified"]
    assert rows[1].identity == 0
    assert rows[1].about != 0
    named = dict(Identity.objects.values_list("id", "outside"))
    assert (named[rows[2].identity], named[rows[2].target]) == ("u", "dev")


def test_the_same_payload_twice_adds_nothing(door: Door, shop: Source) -> None:
    now = clock.now_ms()
    nameless = {"type": "track", "event": "clicked", "userId": "u", "timestamp": now}
    body = {"writeKey": shop.key, "batch": [ORDER | {"timestamp": now}, nameless, nameless]}
    door.post("/v1/batch", body)
    first = door.rows()
    door.post("/v1/batch", body)
    assert [row.kind for row in first] == ["order.paid", "clicked", "clicked"]
    assert door.rows() == first


@pytest.mark.parametrize("together", [False, True], ids=["in the log already", "both on the way"])
def test_an_event_without_a_time_that_is_sent_again_after_the_full_hour_adds_nothing(
    door: Door, shop: Source, together: bool
) -> None:
    noon = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
    body = {"writeKey": shop.key, "event": "clicked", "userId": "u", "messageId": "m"}
    for seconds in (-1, 1, 3_599):
        with clock.frozen(noon + dt.timedelta(seconds=seconds)):
            assert door.post("/v1/track", body).status == 200
            if not together:
                door.rows()
    assert [clock.from_ms(row.happened) for row in door.rows()] == [noon - dt.timedelta(seconds=1)]


def test_a_key_works_at_once_and_ends_when_it_is_replaced(
    door: Door, shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import actions, gate
    from weilu.core.operators.access import Viewer

    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    assert door.post("/v1/t", ORDER | {"writeKey": shop.key}).status == 200
    fresh = actions.rotate(Viewer.everything(), shop.pk)
    assert door.post("/v1/t", ORDER | {"writeKey": shop.key}).json["error"] == "unknown_key"
    assert door.post("/v1/t", ORDER | {"writeKey": fresh.key}).status == 200
    actions.remove(Viewer.everything(), shop.pk)
    assert door.post("/v1/t", ORDER | {"writeKey": fresh.key}).status == 401


def test_pages_of_other_origins_are_kept_out_and_preflights_answered(door: Door, shop: Source) -> None:
    Source.objects.update(origins=["https://shop.example.com"])
    body = ORDER | {"writeKey": shop.key}
    asked = door.send(
        "OPTIONS", "/v1/t", origin="https://shop.example.com", access_control_request_headers="content-type"
    )
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert door.post("/v1/t", body, origin="https://evil.example.com").status == 403
    assert door.post("/v1/t", body, origin="https://shop.example.com").status == 200
    assert door.post("/v1/t", body | {"messageId": "m-2"}).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"referer": "https://evil.example.com/page?x=1"}, 403),
        ({"referer": "https://shop.example.com"}, 200),
        ({"referer": "https://Shop.example.com/page"}, 200),
        ({"referer": "https://shop.example.com:8443/"}, 403),
        ({"referer": "https://shop.example.com.evil.com/"}, 403),
        ({"referer": "https://evil.example.com/", "origin": "https://shop.example.com"}, 200),
        ({"referer": "about:blank"}, 200),
        ({}, 200),
    ],
)
def test_a_picture_of_a_page_that_is_not_on_the_list_is_kept_out(
    door: Door, shop: Source, headers: dict[str, str], status: int
) -> None:
    Source.objects.update(origins=["https://shop.example.com"])
    data = quote(base64.b64encode(json.dumps(SENSORS | {"time": clock.now_ms()}).encode()).decode())
    assert door.get(f"/sa.gif?key={shop.key}&data={data}", **headers).status == status
    assert len(door.rows()) == (status == 200)


def test_a_mini_program_is_no_page_though_it_names_its_host(door: Door, shop: Source) -> None:
    Source.objects.update(origins=["https://shop.example.com"])
    host = "https://servicewechat.com/wx1234/1/page-frame.html"
    assert door.post(f"/sa?key={shop.key}", SENSORS | {"time": clock.now_ms()}, referer=host).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/flags/?v=2",
        "/decide/?v=3",
        "/array/abc/config",
        "/array/abc/config.js",
        "/v1/projects/abc/settings",
        "/sourceConfig/?p=npm&v=3.34.1&build=modern&writeKey=abc",
        "/sourceConfig?p=android&v=1",
    ],
)
def test_what_sdks_ask_for_besides_is_answered_harmlessly(door: Door, path: str) -> None:
    assert door.get(path).status == 200
