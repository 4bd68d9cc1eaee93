"""A week in Hearth, for the stories about reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tests.fixtures.log import account, join, say
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.events import actions as log
from weilu.core.events.incoming import Incoming, Place
from weilu.core.jobs import pump
from weilu.core.operators.access import Viewer
from weilu.evaluation.reports import write
from weilu.evaluation.reports.shapes import Report
from weilu.evaluation.reports.weeks import Week, read_week

ZONE = ZoneInfo("Asia/Shanghai")
HEARTH = Place("telegram", "hearth", "Hearth")
W26 = read_week("2018-W26")
NOW = dt.datetime(2018, 7, 10, 9, tzinfo=ZONE)
EVERYTHING = Viewer.everything()

Show = Callable[..., None]


def at(day: str, hour: str = "12:00") -> int:
    """A moment of 2018 in Shanghai, in milliseconds."""
    return clock.to_ms(dt.datetime.fromisoformat(f"2018-{day}T{hour}").replace(tzinfo=ZONE))


def said(who: Any, day: str, hour: str, text: str = "hello", **rest: Any) -> Incoming:
    return say(who, at(day, hour), text, community=HEARTH, **rest)


THE_WEEK = [
    join("Gus", at("06-05"), community=HEARTH),
    said("Gus", "06-12", "12:00"),
    *[said("Eve", "06-20", f"10:0{n}", "早上好") for n in range(4)],
    *[said("Cai", "06-21", f"11:0{n}", "晚安") for n in range(2)],
    said("Cai", "06-26", "21:00", "普洱茶煮多久合适？", number="q"),
    said("Eve", "06-26", "21:01", "Cai，普洱茶用沸水", about="q", target="Cai"),
    said("Cai", "06-26", "21:10", "普洱茶确实香"),
    said("Cai", "06-27", "09:00", "Eve 说得对"),
    join("Hal", at("06-27", "12:00"), community=HEARTH),
    said("Hal", "06-27", "12:30", "大家好", number="h"),
    said("Eve", "06-27", "12:32", "欢迎", about="h", target="Hal"),
    join("Ivy", at("06-28", "12:00"), community=HEARTH),
    said("Cai", "06-28", "21:00"),
    said("Cai", "06-29", "21:00"),
    said("Eve", "06-29", "21:05"),
    said("Cai", "07-01", "23:59"),
    said(account("Tips", bot=True), "06-27", "08:00", "每日一茶"),
    said("Eve", "07-02", "00:00", "next week"),
]
"""Five members: Cai, Eve and Gus from before, Hal and Ivy new. Ten messages by people in week 26, one by a bot."""


@pytest.fixture
def july() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def show(db: None, warehouse: Any) -> Show:
    """Puts events into the log as one import and carries them to the pages."""

    def to_the_pages(events: list[Incoming], batch: int = 7) -> None:
        log.append(events, batch=batch)
        assert pump.catch_up(60)

    return to_the_pages


@pytest.fixture
def hearth_week(show: Show) -> Report:
    show(THE_WEEK)
    return report()


def report(week: Week = W26, **how: Any) -> Report:
    with translation.override("en"):
        return write.write(EVERYTHING, Community.objects.get(outside="hearth"), week, **how)
