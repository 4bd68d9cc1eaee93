"""Which moves does a history hold, and which moves of the past did new knowledge change?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

History = Sequence[tuple[int, str]]
"""Change points in order: from this second on, this value."""


class Move(NamedTuple):
    at: int
    was: str
    now: str


class Correction(NamedTuple):
    at: int
    was: str
    now: str


def moves(history: History) -> list[Move]:
    """Every change of a history, the first from `''`."""
    values = ["", *(value for _, value in history)]
    return [Move(at, was, now) for (at, now), was in zip(history, values, strict=False)]


def value_at(history: History, moment: int) -> str:
    """The value in force at a moment; `''` before the first change."""
    value = ""
    for at, new in history:
        if at > moment:
            break
        value = new
    return value


def corrections(old: History, new: History, told: int) -> list[Correction]:
    """Where do two histories differ in what had been said by the moment `told`?

    Only what was a move in either counts, and only where both know the member: a first history and an undone import
    correct nothing.
    """
    if not old or not new:
        return []
    points = sorted({at for at, _ in (*old, *new) if at <= told})
    pairs = ((at, value_at(old, at), value_at(new, at)) for at in points)
    return [Correction(at, was, now) for at, was, now in pairs if was and now and was != now]
