"""Who builds on saved segments beside other segments, and which other names in a rule are kept as numbers?

Rooms that stand on this one (tags, goals, alerts, boards) say so in `app.registry`. What follows a segment keeps it from being
removed; what is only narrowed to it does not: it has no figures then, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from weilu.core.operators.access import Viewer
from weilu.members.segments.models import Segment


@dataclass(frozen=True, slots=True)
class User:
    """What builds on a segment: its name and the address of its page."""

    name: str
    address: str


Finder = Callable[[int], list[User]]
Narrowed = Callable[[Viewer, Segment], list[User]]
"""What counts only whom a segment holds, as far as the viewer sees it."""
Number = Callable[[Viewer, Any], Any]
"""The names of a leaf as numbers, so that what they name may be renamed. Raises NotFound for what is not the viewer's."""

Choices = Callable[[Viewer], list[tuple[int, str]]]
"""What the builder offers for a leaf: number and name of each."""

_finders: list[Finder] = []
_narrowed: tuple[Narrowed, ...] = ()
_numbers: dict[str, Number] = {}
_choices: dict[str, Choices] = {}


def register(finder: Finder, numbers: Mapping[str, Number], choices: Mapping[str, Choices]) -> None:
    """Called from `app.registry`."""
    if finder not in _finders:
        _finders.append(finder)
    _numbers.update(numbers)
    _choices.update(choices)


def register_narrowed(several: tuple[Narrowed, ...]) -> None:
    """Called from `app.registry`."""
    global _narrowed
    _narrowed = several


def narrowed(viewer: Viewer, row: Segment) -> list[User]:
    """Goals, alert rules, boards and kept questions of the viewer's that would have no figures without the segment."""
    return [user for finder in _narrowed for user in finder(viewer, row)]


def choices(word: str, viewer: Viewer) -> list[tuple[int, str]]:
    """What the viewer can choose from for a leaf of another room."""
    return _choices[word](viewer) if word in _choices else []


def elsewhere(segment: int) -> list[User]:
    """What builds on the segment beside other segments."""
    return [user for finder in _finders for user in finder(segment)]


def numbered(viewer: Viewer, leaf: dict[str, Any]) -> dict[str, Any]:
    return {
        word: _numbers[word](viewer, given) if word in _numbers else given for word, given in leaf.items()
    }
