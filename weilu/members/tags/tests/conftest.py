"""A hall: Ann talks, Ben talks less, Cid was here a month ago; Dan talks in the harbour, which is not Bea's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from tests.fixtures.cast import operator
from tests.fixtures.log import join, say
from weilu.core import clock
from weilu.core.directory.models import Community, Identity, Member
from weilu.core.events import sequencer
from weilu.core.events.incoming import Place
from weilu.core.operators.access import Viewer, viewer_of
from weilu.members import conclude
from weilu.members.segments import live
from weilu.members.tags import following, keeping

HARBOUR = Place("matrix", "!harbour", "Harbour")
ALL = Viewer.everything()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def now(**back: int) -> int:
    return clock.now_ms() - int(dt.timedelta(**back).total_seconds() * 1000)


def who(name: str) -> Member:
    return Identity.objects.get(name=name).member


@pytest.fixture
def hall(play: Any, warehouse: Any) -> Any:
    """`happens(events)`: they are logged, loaded, concluded from; segments and tags follow."""

    def happens(*events: Any) -> None:
        if events:
            play(events)
        sequencer.drain()
        warehouse.loaded()
        keeping.run_once()
        conclude.run_once()
        live.run_once()
        following.run_once()
        keeping.run_once()

    happens(
        join("Ann", now(days=40)), say("Ann", now(days=2)), say("Ann", now(days=1)),
        join("Ben", now(days=40)), say("Ben", now(days=2)), say("Cid", now(days=30)),
        say("Dan", now(days=3), community=HARBOUR),
    )  # fmt: skip
    return happens


@pytest.fixture
def bea_of_hearth(hall: Any) -> Any:
    return operator(
        "bea@hearth.example", "Bea", "community_manager", Community.objects.get(outside="!hearth")
    )


@pytest.fixture
def bea_sees(bea_of_hearth: Any) -> Viewer:
    return viewer_of(bea_of_hearth)
