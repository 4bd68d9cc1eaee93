"""What must be said of a kind of question, so that it can be answered and looked behind?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from weilu.core.warehouse.check import Asked, Largest
from weilu.core.warehouse.compile.rows import Series
from weilu.core.warehouse.compile.source import Bound, Run
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base

Row = tuple[Any, ...]
Rows = list[Row]
NONE = "none"
"""Shown where a breakdown has no value: a bot has no state, nobody was a member before they came."""
OTHER = "other"
"""Shown for all the parts together that do not stand apart."""


class Source(NamedTuple):
    """Where values come from: `run` puts a statement to the store, `series` computes measures or remembers them."""

    run: Run
    series: Callable[[Sequence[Base], Frame], dict[Base, Series]]


def _all_of_them(asked: Asked, run: Run) -> Largest | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """`rows` makes the table; `behind` the statement whose rows are the units of one point; `counts` what those are. `largest`
    finds the parts to tell apart, where only some are wanted."""

    columns: Callable[[Asked], tuple[str, ...]]
    rows: Callable[[Asked, Source], Rows]
    behind: Callable[[Asked, str, Bound], str]
    counts: Callable[[Asked], str]
    largest: Callable[[Asked, Run], Largest | None] = _all_of_them
