"""What published SDKs truly send (see tests/sdks/recorded) is taken in whole, and a second time adds nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sdks.recorded import names, requests
from weilu.connectors.tracking.models import Refusal, Source
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core.directory.models import Identity, Link

KEY = "wk_hearth"
"""Of the source in the recordings."""


@pytest.fixture
def hearth_source(shop: Source) -> Source:
    Source.objects.update(key=KEY)
    return shop


def play(door: Door, name: str) -> None:
    for one in requests(name):
        headers = {key.replace("-", "_"): value for key, value in one.headers.items()}
        reply = door.send(one.method, one.path, one.body, **headers)
        assert reply.status == 200, f"{one.method} {one.path}: {reply.body!r}"


@pytest.mark.parametrize("name", names())
def test_a_recording_is_taken_in_whole_and_a_second_time_adds_nothing(
    door: Door, hearth_source: Source, name: str
) -> None:
    play(door, name)
    first = door.rows()
    assert first
    assert not Refusal.objects.exists()
    play(door, name)
    assert door.rows() == first


@pytest.mark.parametrize(
    "name", ["sensors_browser_batch", "sensors_miniprogram", "sensors_python", "sensors_node"]
)
def test_sensors_events_before_the_sign_up_become_the_persons(
    door: Door, hearth_source: Source, name: str
) -> None:
    play(door, name)
    rows = door.rows()
    device = Link.objects.filter(state=Link.JOINED).latest("pk").identity
    assert device.member == Identity.objects.get(outside="cai-1").member
    before = [row.kind for row in rows if row.identity == device.pk]
    assert before, "the device did something before it was known"


def test_the_same_order_means_the_same_in_every_wire_format(door: Door, hearth_source: Source) -> None:
    for name in names():
        play(door, name)
    kinds = Counter(row.kind for row in door.rows())
    assert kinds["order.paid"] >= len({name.partition("_")[0] for name in names()})
