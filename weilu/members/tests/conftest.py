"""A small village, told and concluded: Cai and Emi in Hearth, Emi and Gus in Harbour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from weilu.core import clock
from weilu.members import conclude, weigh
from weilu.members.tests.village import HARBOUR, came, moment, said, tell

STORY = [
    *(came(name, 0) for name in ("Cai", "Emi", "Fay")),
    said("Cai", 1, number=1, text="who has tea?"),
    said("Emi", 1.1, number=2, about=1, text="I do"),
    said("Fay", 1.2, number=3, about=1, mentions=("cai",), text="=cmd()"),
    said("Cai", 20, number=4, text="still here"),
    tell("reaction.added", "Emi", 20.1, number=5, about=4),
    said("Emi", 2, number=6, place=HARBOUR, text="secret of the harbour"),
    said("Gus", 2.1, number=7, place=HARBOUR, about=6),
]
NOW = 30


@pytest.fixture
def told(warehouse: Any, play: Any) -> Callable[..., None]:
    """`told(events, day)`: into the log, loaded and concluded as of that day."""

    def tell_it(events: Any, day: float = NOW, batch: int = 7) -> None:
        play(events, batch=batch)
        settle(warehouse, day)

    return tell_it


def settle(warehouse: Any, day: float = NOW) -> None:
    """Whatever was recorded is loaded and concluded."""
    with clock.frozen(moment(day)):
        warehouse.loaded()
        conclude.run_once()
        weigh.run_once()


@pytest.fixture
def village(hearth: Any, harbour: Any, told: Any) -> Any:
    """The story has been told; the clock stands at day 30."""
    told(STORY)
    with clock.frozen(moment(NOW)):
        yield
