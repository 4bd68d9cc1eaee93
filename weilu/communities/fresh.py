"""How does nobody wait for what can be drawn in the background? A shelf of drawn things, each made anew when it is stale.

One process's memory, bounded; one thread draws, and only what was looked at lately. What is stale is shown for the patience set,
or for as long as the thread needs to come round where that is longer: who asks draws only what nobody is drawing beside. With a
patience of 0 (as in tests) whatever is stale is drawn at once by who asks.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import close_old_connections

from weilu.core.errors import WeiluError

logger = logging.getLogger("weilu.panels")
Value = TypeVar("Value")

SIZE = 128
YOUNG_SECONDS = 4.0
"""What was drawn so lately is not drawn again, however much came in."""
WATCHED_SECONDS = 300.0
"""What was asked for within so long is kept fresh though nobody asks right now."""
TURN_SECONDS = 1.0
ROUNDS = 2.0
"""Of the thread's rounds over what is watched, so many may pass until who asks draws."""
REST = 3.0
"""The thread rests so many times as long as a drawing took: it never takes more than a quarter of a core."""


@dataclass(slots=True)
class Item:
    """`value` as drawn at `drawn_at` from what `stamp` stands for; `asked_at` is when somebody looked last (monotonic)."""

    value: Any
    stamp: object
    drawn_at: float
    asked_at: float
    current: Callable[[], object]
    draw: Callable[[], Any]


class Shelf:
    """Items by key. Of several who want a missing one at the same time, one draws and the others wait."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._guard = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        self._thread: threading.Thread | None = None
        self._round_seconds, self._round_begun = 0.0, 0.0
        """How long the last round took; when the one under way began (monotonic), 0 when there is none."""

    def get(self, key: str, current: Callable[[], object], draw: Callable[[], Value]) -> Value:
        """What is kept under the key if it is fresh, or stale by less than the patience; else drawn now."""
        stamp, now = current(), time.monotonic()
        item = self._find(key, now)
        if item is not None and (item.stamp == stamp or now - item.drawn_at < self._patience(now)):
            self._watch()
            return cast(Value, item.value)
        with self._lock(key):
            item = self._find(key, now)
            if item is None or item.stamp != stamp:
                item = Item(draw(), stamp, time.monotonic(), now, current, draw)
                self._keep(key, item)
        return cast(Value, item.value)

    def clear(self) -> None:
        with self._guard:
            self._items.clear()

    def _patience(self, now: float) -> float:
        """Seconds."""
        least: float = settings.PANEL_PATIENCE
        under_way = now - self._round_begun if self._round_begun else 0.0
        return least and max(least, min(ROUNDS * max(self._round_seconds, under_way), WATCHED_SECONDS))

    def _find(self, key: str, now: float) -> Item | None:
        with self._guard:
            item = self._items.get(key)
            if item is not None:
                item.asked_at = now
                self._items.move_to_end(key)
            return item

    def _keep(self, key: str, item: Item) -> None:
        with self._guard:
            self._items[key] = item
            while len(self._items) > SIZE:
                self._busy.pop(self._items.popitem(last=False)[0], None)

    def _lock(self, key: str) -> threading.Lock:
        with self._guard:
            return self._busy.setdefault(key, threading.Lock())

    def _watch(self) -> None:
        if settings.PANEL_PATIENCE and (self._thread is None or not self._thread.is_alive()):
            with self._guard:
                self._thread = threading.Thread(target=self._keep_fresh, name="panels", daemon=True)
                self._thread.start()

    def _keep_fresh(self) -> None:
        """Until nothing is watched any more."""
        while watched := self._watched():
            self._round_begun = time.monotonic()
            for key, item in watched:
                begun = time.monotonic()
                self._renew(key, item)
                close_old_connections()
                time.sleep(REST * (time.monotonic() - begun))
            self._round_seconds, self._round_begun = time.monotonic() - self._round_begun, 0.0
            time.sleep(TURN_SECONDS)

    def _watched(self) -> list[tuple[str, Item]]:
        since = time.monotonic() - WATCHED_SECONDS
        with self._guard:
            watched = [(key, item) for key, item in self._items.items() if item.asked_at > since]
        return watched[::-1]  # what was asked for last first

    def _renew(self, key: str, item: Item) -> None:
        if time.monotonic() - item.drawn_at < YOUNG_SECONDS:
            return
        try:
            stamp = item.current()
            if stamp != item.stamp:
                item.value, item.stamp, item.drawn_at = item.draw(), stamp, time.monotonic()
        except WeiluError:
            item.drawn_at = time.monotonic()  # the warehouse is down: who asks is told so
        except Exception:
            logger.exception("a panel could not be drawn")
            with self._guard:
                self._items.pop(key, None)
