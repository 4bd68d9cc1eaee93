"""Whoever rests until something changes misses nothing: what another one commits or spools is seen at the next look."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from tests.fixtures.log import say
from weilu.core.directory.models import Brand
from weilu.core.events import actions, changes, intake

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def seen_so_far() -> changes.Watch:
    watch = changes.Watch()
    assert watch.changed()
    return watch


def elsewhere(work: Callable[[], object]) -> None:
    """In a thread of its own, so by a connection of its own."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_what_another_connection_commits_is_seen_once(seen_so_far: changes.Watch) -> None:
    if intake.embedded():
        assert not seen_so_far.changed()
    elsewhere(lambda: Brand.objects.create(name="Hearth"))
    assert seen_so_far.changed()
    assert seen_so_far.changed() is not intake.embedded()


def test_what_another_connection_records_in_the_intake_is_seen(seen_so_far: changes.Watch) -> None:
    elsewhere(lambda: actions.record(say("Cai", 1)))
    assert seen_so_far.changed()


def test_what_is_spooled_is_seen_though_no_database_was_written(seen_so_far: changes.Watch) -> None:
    actions.append([say("Cai", 1)], batch=1)
    assert seen_so_far.changed()


def test_it_looks_for_a_while_after_a_change_and_seldom_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    told = iter([True, *[False] * 200])
    monkeypatch.setattr(changes.time, "monotonic", lambda: now[0])
    look = changes.Look()
    monkeypatch.setattr(look._watch, "changed", lambda: next(told))
    due = []
    for _turn in range(160):
        if look.due():
            due.append(round(now[0] - 100, 2))
        now[0] += 0.25
    assert due == [0, 0.25, 0.5, 0.75, 3.75, 6.75, 9.75, 12.75, 22.75, 32.75]
