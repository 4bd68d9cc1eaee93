"""What is a relation of rows behind a number, and how does it become the number?

Every base measure gives a SELECT with the columns `at` (start of the bucket), `person`, `unit` (what is counted: the
person, or the position of an event) and, where it can, `community` and `source`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from weilu.core.warehouse.compile.source import Bound, bucket
from weilu.core.warehouse.frame import Frame

COMMUNITY = "community"
SOURCE = "source"
STATE = "state"
TIER = "tier"
INVITER = "inviter"
PROPERTY = "property"
MEMBER = "member"
PLAIN = frozenset({COMMUNITY, SOURCE})
TOLD = frozenset({INVITER, PROPERTY})
"""Parts that only the event itself tells: its rows bring them as the column `part`."""

MEMBERS_ONCE = "uniqExact(unit)"
EACH_ROW = "count()"

Series = dict[tuple[int, str], Any]
"""Values (numbers, None, of `Waits` lists) by (start of the bucket, value of the breakdown, '' without one)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """`number` is the aggregate that makes the number of them; `has` names the columns that a breakdown may use."""

    sql: str
    number: str = MEMBERS_ONCE
    has: frozenset[str] = PLAIN


def by_column(frame: Frame) -> str:
    """What the frame's breakdown groups plain rows by, as text; constant where there is none."""
    if frame.breakdown in TOLD:
        return "part"
    column = "person" if frame.breakdown == MEMBER else frame.breakdown
    return f"toString({column})" if column else "''"


def parted(frame: Frame, bound: Bound) -> str:
    """The same; where only some values stand apart, their number among them (from 1), and 0 for all the others."""
    by = by_column(frame)
    return by if frame.apart is None else f"toString(indexOf({bound(frame.apart, 'Array(String)')}, {by}))"


def step(bound: Bound, frame: Frame, moment: str) -> str:
    """The start of the bucket that a change belongs to, 0 where it came before them all."""
    return bucket(bound, frame.starts, moment)


def running(changes: Mapping[tuple[int, str], int], starts: Iterable[int]) -> Series:
    """Changes by (start of the bucket, breakdown), 0 for those before, as the level at the end of each bucket."""
    level = {by: 0 for _, by in changes}
    for (at, by), change in changes.items():
        if at == 0:
            level[by] += change
    found: Series = {}
    for start in starts:
        for by in level:
            level[by] += changes.get((start, by), 0)
            found[(start, by)] = level[by]
    return found
