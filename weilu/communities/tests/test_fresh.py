"""Does nobody wait for what can be drawn in the background, and is nothing stale shown longer than it may?"""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from weilu.communities import fresh
from weilu.core.warehouse.errors import Unavailable

KEY = "panel"


class Drawing:
    """Counts how often it was drawn; the stamp is what tests set."""

    def __init__(self) -> None:
        self.stamp, self.drawn, self.again = 1, 0, threading.Event()

    def draw(self) -> str:
        self.drawn += 1
        if self.drawn > 1:
            self.again.set()
        return f"{self.stamp}"

    def look(self, shelf: fresh.Shelf) -> str:
        return shelf.get(KEY, lambda: self.stamp, self.draw)


def test_what_has_not_changed_is_drawn_once(settings) -> None:
    settings.PANEL_PATIENCE = 0
    shelf, one = fresh.Shelf(), Drawing()
    assert [one.look(shelf), one.look(shelf)] == ["1", "1"]
    assert one.drawn == 1


def test_without_patience_news_show_with_the_next_look(settings) -> None:
    settings.PANEL_PATIENCE = 0
    shelf, one = fresh.Shelf(), Drawing()
    one.look(shelf)
    one.stamp = 2
    assert one.look(shelf) == "2"


def test_with_patience_nobody_waits_and_the_news_are_drawn_beside(settings, monkeypatch) -> None:
    settings.PANEL_PATIENCE = 60
    for name in ("YOUNG_SECONDS", "TURN_SECONDS", "REST"):
        monkeypatch.setattr(fresh, name, 0.0)
    monkeypatch.setattr(fresh, "WATCHED_SECONDS", 5.0)
    shelf, one = fresh.Shelf(), Drawing()
    one.look(shelf)
    one.stamp = 2
    assert one.look(shelf) == "1"
    assert one.again.wait(5)
    shelf.clear()


def test_while_much_is_drawn_beside_nobody_waits_for_his_turn(settings, monkeypatch) -> None:
    """News come in all the time, and a round over three panels takes longer than the patience lasts."""
    settings.PANEL_PATIENCE = 0.4
    for name in ("YOUNG_SECONDS", "TURN_SECONDS"):
        monkeypatch.setattr(fresh, name, 0.0)
    shelf, news, by = fresh.Shelf(), itertools.count(), list[str]()

    def draw() -> str:
        by.append(threading.current_thread().name)
        time.sleep(0.1)
        return ""

    def look() -> None:
        for key in "abc":
            shelf.get(key, lambda: next(news), draw)

    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        look()
        time.sleep(0.02)
    monkeypatch.setattr(fresh, "WATCHED_SECONDS", 0.0)
    shelf.clear()
    beside = by.count("panels")
    assert beside >= 3
    assert len(by) - beside <= 6  # the first look, and perhaps another before the thread has begun


def test_a_failure_is_told_to_who_asks_and_nothing_of_it_is_kept(settings) -> None:
    settings.PANEL_PATIENCE = 0
    shelf, one = fresh.Shelf(), Drawing()

    def down() -> str:
        raise Unavailable

    with pytest.raises(Unavailable):
        shelf.get(KEY, lambda: 1, down)
    assert one.look(shelf) == "1"


def test_many_who_want_the_same_let_one_draw_it(settings) -> None:
    settings.PANEL_PATIENCE = 0
    shelf, one = fresh.Shelf(), Drawing()
    threads = [threading.Thread(target=one.look, args=(shelf,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.drawn == 1
