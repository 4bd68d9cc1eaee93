"""Whatever comes: parsers never crash, what is taken in keeps the log's promises, and a second time adds nothing."""

from __future__ import annotations

import base64
import gzip
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weilu.connectors.tracking import building
from weilu.connectors.tracking.addresses import WIRES
from weilu.connectors.tracking.contract import Refused
from weilu.connectors.tracking.rules import body as bodies
from weilu.connectors.tracking.rules import words
from weilu.core.events import frames
from weilu.core.events.incoming import Incoming, Place

NOW = 1_790_000_000_000
SHOP = building.Origin("sdk:shop", Place("sdk:shop", "shop", "Shop"))
TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "cai@example.com",
        "13800138000",
        "null",
        "u-1",
        "order.paid",
        "message.sent",
        "$pageview",
        "2026-09-21T12:00:00Z",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        "type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId", "timestamp", "originalTimestamp",
        "sentAt", "properties", "traits", "context", "name", "category", "batch", "api_key", "distinct_id", "uuid",
        "$set", "$unset", "offset", "sent_at", "original_id", "login_id", "identities", "time", "_track_id", "_flush_time",
        "item_id", "item_type", "project",
    ]
)  # fmt: skip
CALLS = st.sampled_from(
    [
        "track",
        "page",
        "screen",
        "identify",
        "group",
        "alias",
        "profile_set",
        "profile_unset",
        "track_signup",
        "item_set",
    ]
)
EVENTS = st.builds(
    lambda fields, call: {"type": call, **fields}, st.dictionaries(FIELDS, JSON, max_size=10), CALLS
)


def taken(path: str, raw: bytes) -> list[Incoming]:
    """What of a body goes in; refusals are left out. Anything but Refused is a crash."""
    wire, found = WIRES[path], []
    try:
        body = bodies.unpacked(raw)
        wire.key_of(body.body)
        ordinals = building.Ordinals()
        for said in wire.read(body.body, wire.call, body.nul):
            try:
                if not isinstance(said, Refused):
                    found.append(building.built(said, SHOP, NOW, ordinals))
            except Refused:
                continue
    except Refused:
        return []
    return found


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_crash_the_unpacking(raw: bytes) -> None:
    taken("/v1/batch", raw)
    taken("/sa", raw)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/i", "/batch", "/sa"])
@settings(max_examples=80, deadline=None)
@given(events=st.lists(EVENTS | JSON, max_size=4))
def test_what_is_taken_in_keeps_the_logs_contract_and_is_the_same_twice(path: str, events: list[Any]) -> None:
    raw = json.dumps(events).encode()
    first, second = taken(path, raw), taken(path, raw)
    assert [event.key for event in first] == [event.key for event in second]
    if first:
        decoded = frames.decode(frames.encode(first, frames.Header(0, True, NOW)))
        assert len(decoded.keys) == len(first)
    for event in first:
        assert event.actor is None or (event.actor.outside and "\x00" not in event.actor.outside)
        for name, value in (event.properties or {}).items():
            assert not isinstance(value, str) or words.is_word(value)
            assert words.class_of(name) in (words.OPEN, words.WORD)


@settings(max_examples=50, deadline=None)
@given(events=st.lists(EVENTS, min_size=1, max_size=3), cut=st.integers(0, 400), flip=st.integers(0, 255))
def test_a_mutated_body_is_read_or_refused_but_never_crashes(events: list[Any], cut: int, flip: int) -> None:
    whole = json.dumps(events).encode()
    for pack in PACKINGS:
        raw = bytearray(pack(whole))
        place = cut % len(raw)
        raw[place] ^= flip
        taken("/sa", bytes(raw))
        taken("/e", bytes(raw[:place]))


PACKINGS: tuple[Callable[[bytes], bytes], ...] = (
    bytes,
    gzip.compress,
    base64.b64encode,
    lambda raw: b"data=" + base64.b64encode(raw).replace(b"+", b"%2B"),
    lambda raw: b"data_list=" + base64.b64encode(gzip.compress(raw)).replace(b"+", b"%2B") + b"&gzip=1",
)


@settings(max_examples=60, deadline=None)
@given(events=st.lists(EVENTS, min_size=1, max_size=3))
def test_all_packings_of_the_same_events_are_the_same_events(events: list[Any]) -> None:
    whole = json.dumps(events).encode()
    keys = [[event.key for event in taken("/sa", pack(whole))] for pack in PACKINGS]
    assert all(one == keys[0] for one in keys)


PERSONAL = st.sampled_from(
    ["email", "user_email", "phone", "userPhone", "姓名", "手机号", "address", "ip", "$ip", "user_agent", "userAgent", "name",
     "first_name", "nickname", "openid", "id_card", "customer_id", "orderNo", "lat", "birthday", "IP", "e-mail"]
)  # fmt: skip


@given(name=PERSONAL, value=JSON)
def test_personal_properties_never_stand_in_the_row(name: str, value: Any) -> None:
    row, _ = words.split({name: value}, frozenset({name}))
    assert row == {}


@given(
    value=st.emails()
    | st.from_regex(r"1[3-9]\d{9}", fullmatch=True)
    | st.uuids().map(str)
    | st.ip_addresses(v=4).map(str)
    | st.text(string.ascii_letters, min_size=65)
    | st.just("https://example.com/cai")
    | st.just("I would like to know when my order comes"),
    name=st.sampled_from(["plan", "category", "mood"]),
)
def test_addresses_ids_and_free_text_never_stand_in_the_row_even_where_words_may(
    name: str, value: str
) -> None:
    row, private = words.split({name: value}, frozenset({"mood"}))
    assert row == {}
    assert private == {name: value}


@given(st.sampled_from(["pro", "tea", "CNY", "v2.1", "新品", "out of stock", "A-B"]))
def test_short_words_of_declared_properties_stand_in_the_row(value: str) -> None:
    assert words.split({"plan": value, "mood": value}, frozenset({"mood"})) == (
        {"plan": value, "mood": value},
        {},
    )
    assert words.split({"mood": value}) == ({}, {"mood": value})
