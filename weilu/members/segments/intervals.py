"""How does it come to stand in the store who came and who went? Behind what stood there, with the conditions that held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from weilu.core import clock
from weilu.core.segments.rule import Rule
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle
from weilu.members import facts
from weilu.members.lines import Points, read_lines
from weilu.members.rules.histories import Ints
from weilu.members.segments.judging import (
    SECONDS,
    WHO,
    WHO_BITS,
    Judged,
    answering,
    key,
    keys_of,
    number_of,
    who_of,
)
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import NEW_RULE, SEGMENT

EXPLAINED = 500
"""Of so many who come or go at once it is written which conditions held."""
MOST_TOGETHER = 100_000
"""So many moves are written at once, of however many segments."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Who came and who went, as ascending keys (`judging`)."""

    entered: Ints
    gone: Ints

    def __len__(self) -> int:
        return len(self.entered) + len(self.gone)

    def of(self, row: Segment) -> Moved:
        return Moved(keys_of(row, self.entered), keys_of(row, self.gone))

    @property
    def keys(self) -> Ints:
        return np.concatenate([self.entered, self.gone])


class Line(NamedTuple):
    """One member in one segment (`key`), all comings and goings; `rule` is the version of the segment's."""

    key: int
    rule: int
    points: Points
    version: int


def write(known: Sequence[Judged], moved: Moved) -> None:
    """New intervals for those who came and went."""
    for some in _together(known, moved):
        client.insert("weilu.timelines", _table(_lines(some, moved)))


def _together(known: Sequence[Judged], moved: Moved) -> Iterator[list[Judged]]:
    """Segments of which somebody moved: those with few who did in one lot."""
    some: list[Judged] = []
    count = 0
    for one in known:
        more = len(moved.of(one.row))
        if some and count + more > MOST_TOGETHER:
            yield some
            some, count = [], 0
        if more:
            some, count = [*some, one], count + more
    if some:
        yield some


def _lines(some: Sequence[Judged], moved: Moved) -> list[Line]:
    at, now = int(clock.now().timestamp()), clock.now_ms()
    before, held = _before(some, moved), _held(some, moved)
    lines = []
    for one in some:
        mine = moved.of(one.row)
        for word, keys in (("in", mine.entered), ("out", mine.gone)):
            for key_ in keys.tolist():
                points, version = before.get(key_, ([], 0))
                told = f"{word} {held.get(key_, '')}".strip()
                lines.append(Line(key_, one.row.version, [*points, (at, told)], max(now, version + 1)))
    return lines


def _before(some: Sequence[Judged], moved: Moved) -> dict[int, tuple[Points, int]]:
    """By key, what stands of those who moved, and its version."""
    rows = [one.row for one in some if one.row.computed_version]
    if not rows:
        return {}
    keys = np.concatenate([moved.of(row).keys for row in rows])
    sql = lifecycle.stored([SEGMENT], np.unique(who_of(keys)).tolist(), [row.pk for row in rows])
    table = client.query(*sql, seconds=SECONDS)
    found = key(facts.ints(table.column("scope")), facts.ints(table.column("who")))
    mine = table.filter(pa.array(np.isin(found, keys)))
    return {
        (scope << WHO_BITS) + who: (points, version) for _key, scope, who, points, version in read_lines(mine)
    }


def _held(some: Sequence[Judged], moved: Moved) -> dict[int, str]:
    """By key, which conditions of the rule hold, as a mark for each and the rule's version (`101 v2`). What a change of the rule
    moves is marked as that; of many who move at once it is not asked."""
    held: dict[int, str] = {}
    explained = []
    for one in some:
        keys = moved.of(one.row).keys.tolist()
        if one.row.computed_version != one.row.version:
            held |= dict.fromkeys(keys, NEW_RULE)
        elif len(keys) <= EXPLAINED:
            explained.append((one, keys))
    return held | _marked(explained)


def _marked(explained: Sequence[tuple[Judged, list[int]]]) -> dict[int, str]:
    """Conditions that several rules share are asked once, of everybody who moved at once."""
    places: dict[Rule, int] = {}
    asked = [[places.setdefault(each, len(places)) for each in one.conditions()] for one, _ in explained]
    people = {key_ & WHO for _, keys in explained for key_ in keys}
    found = set(answering(list(places), people).tolist()) if people else set()
    marked = {}
    for (one, keys), conditions in zip(explained, asked, strict=True):
        for key_ in keys:
            who = key_ & WHO
            marks = "".join("1" if (place << WHO_BITS) + who in found else "0" for place in conditions)
            marked[key_] = f"{marks} v{one.row.version}"
    return marked


def _table(lines: Sequence[Line]) -> pa.Table:
    keys = np.array([one.key for one in lines], dtype=np.int64)
    return pa.table(
        {
            "key": pa.array([SEGMENT] * len(lines), pa.string()),
            "scope": pa.array(number_of(keys), pa.uint32()),
            "who": pa.array(who_of(keys), pa.uint32()),
            "froms": pa.array([[at for at, _ in one.points] for one in lines], pa.list_(pa.uint32())),
            "vals": pa.array([[word for _, word in one.points] for one in lines], pa.list_(pa.string())),
            "rule": pa.array([one.rule for one in lines], pa.uint32()),
            "upto": pa.array([0] * len(lines), pa.uint64()),
            "version": pa.array([one.version for one in lines], pa.uint64()),
        }
    )
