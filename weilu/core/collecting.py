"""Why does a million of rows not wait for the garbage collector? It looks for cycles seldom while rows pass through.

Rows are tuples and lists without cycles; looking through the tens of thousands that are under way, again and again, took a
third of the time of reading, sequencing and loading.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (500_000, 50, 100)
"""Objects more than before until the collector looks: what one step holds stays below it, what leaks does not."""

_guard = threading.Lock()
_inside = 0
_usual = gc.get_threshold()


@contextmanager
def seldom() -> Iterator[None]:
    """While the block runs, in the whole process; the last of several threads to leave puts the usual measure back."""
    _count(+1)
    try:
        yield
    finally:
        _count(-1)


def _count(change: int) -> None:
    global _inside, _usual
    with _guard:
        if not _inside:
            _usual = gc.get_threshold()
        _inside += change
        gc.set_threshold(*(SELDOM if _inside else _usual))
