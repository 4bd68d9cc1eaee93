"""The how-manieth of equal rows is this? Two equal messages of one minute are two messages, in every export of them."""

from __future__ import annotations

from collections import OrderedDict

WINDOW = 1_440
"""Moments kept. Exports are in order of time, so equal rows stand near each other; a day of minutes is ample. A row that
repeats one more than a day of busy minutes back would be taken for the same one."""


def object_of(key: bytes) -> int:
    """The object's number where the platform gave it no id: made of the event's key, which says all that is known of it."""
    return (int.from_bytes(key[-8:], "big") >> 1) or 1


class Ordinals:
    """Counts equal rows within a moment; remembers the last `WINDOW` moments, so memory does not grow with the file."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._moments: OrderedDict[int, dict[int, int]] = OrderedDict()
        self._last = -1
        self._counts: dict[int, int] = {}

    def next(self, moment: int, row: object) -> int:
        """0 for the first row of its kind in this moment, 1 for the next …; `row` is anything hashable."""
        if moment != self._last:
            self._turn_to(moment)
        counts, mark = self._counts, hash(row)
        ordinal = counts.get(mark, 0)
        counts[mark] = ordinal + 1
        return ordinal

    def _turn_to(self, moment: int) -> None:
        self._last = moment
        self._counts = self._moments.setdefault(moment, {})
        self._moments.move_to_end(moment)
        if len(self._moments) > self._window:
            self._moments.popitem(last=False)
