"""Which rows of the log does a question see, and whose are they?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa

from weilu.core.warehouse.frame import Brought, Frame
from weilu.core.warehouse.schema import OWNER_NAME, owners
from weilu.core.warehouse.span import ALL, NEW

Run = Callable[[str, dict[str, object]], pa.Table]
"""How a statement is put to the store: SQL and its parameters in, a table out."""

INTERACTION = "interaction"
"""In place of an event kind: anything that counts as taking part."""
ANY = "*"
"""In place of an event kind: whatever happened."""
WEEK = 7 * 86_400


@dataclass(slots=True)
class Bound:
    """Collects the values of one statement; equal values of one type share a parameter (1 and true are not the same text)."""

    params: dict[str, object] = field(default_factory=dict)
    _names: dict[tuple[object, ...], str] = field(default_factory=dict)

    def __call__(self, value: Any, type_: str) -> str:
        """The placeholder that stands for this value in the SQL."""
        kept = tuple(value) if isinstance(value, list | set | frozenset) else value
        types = tuple(map(type, kept)) if isinstance(kept, tuple) else type(kept)
        name = self._names.get((type_, kept, types))
        if name is None:
            name = self._names[(type_, kept, types)] = f"p{len(self._names)}"
            self.params[name] = kept
        return f"{{{name}:{type_}}}"

    def ids(self, values: Sequence[int]) -> str:
        return self(tuple(values), "Array(UInt32)")

    def moment(self, seconds: int) -> str:
        return f"toDateTime({self(max(seconds, 0), 'UInt32')}, 'UTC')"


def events(frame: Frame, bound: Bound, columns: str, where: str = "1", *, since: int | None = None) -> str:
    """A SELECT over the events of the frame's communities, before its end and within its knowledge.

    `since` leaves out what happened before; without it all history is read.
    """
    parts = [f"community IN {bound.ids(frame.communities)}", f"happened < {bound.moment(frame.until)}"]
    if since is not None:
        parts.append(f"happened >= {bound.moment(since)}")
    if frame.known is not None:
        parts.append(f"position <= {bound(frame.known, 'UInt64')}")
    if frame.brought is not None:
        parts.append(_by_import(frame.brought, bound))
    if frame.member is not None:
        parts.append(f"{person(frame)} = {bound(frame.member, 'UInt32')}")
    if frame.among is not None:
        parts += [owned(frame, bound, "identity"), among(frame, bound, person(frame))]
    parts.append(f"({where})")
    return f"SELECT {columns} FROM weilu.events{_then(frame, bound)} WHERE {' AND '.join(parts)}"


def among(frame: Frame, bound: Bound, who: str) -> str:
    """The condition that somebody is one of those whom the frame is about."""
    return "1" if frame.among is None else frame.among.holds(who, bound)


def owned(frame: Frame, bound: Bound, account: str) -> str:
    """A condition that the accounts of those meet whom the frame is about, by which few are found at once."""
    return "1" if frame.among is None else frame.among.owns(account, bound)


def _by_import(one: Brought, bound: Bound) -> str:
    """The condition of having come with an import."""
    own = f"batch = {bound(one.batch, 'UInt32')}"
    if one.which == NEW:
        return own
    seen = _claimed(one, bound) if one.firsts else "0"
    return f"({seen})" if one.which == ALL else f"({seen} AND NOT {own})"


def _claimed(one: Brought, bound: Bound) -> str:
    """The condition of standing within one of its ranges; imports have few."""
    firsts, lasts = bound(one.firsts, "Array(UInt64)"), bound(one.lasts, "Array(UInt64)")
    edges = f"{bound(min(one.firsts), 'UInt64')} AND {bound(max(one.lasts), 'UInt64')}"
    within = f"arrayExists((first, last) -> position BETWEEN first AND last, {firsts}, {lasts})"
    return f"position BETWEEN {edges} AND {within}"


def person(frame: Frame) -> str:
    """The person behind a row of `events`, 0 for a bot or nobody, and for a visitor where only members count: as known today,
    or as known at the frame's position."""
    if frame.known is None:
        return owner("person" if frame.visitors else "counted")
    return "owner"


def seat(frame: Frame) -> str:
    """The person whose membership the account behind a row makes: where only members count, none that is anonymous."""
    if frame.visitors:
        return person(frame)
    return owner("seated") if frame.known is None else "holder"


def owner(attribute: str, identity: str = "identity") -> str:
    """Whose an identity is with today's knowledge, by one of the dictionary's attributes."""
    return f"dictGet('{OWNER_NAME}', '{attribute}', toUInt64({identity}))"


def owners_by(position: str, attribute: str) -> str:
    """A join that sets beside each event whose its identity was known to be by a position: as `owner` the attribute asked
    for, as `holder` the person whose membership it makes."""
    return f"""ANY LEFT JOIN (SELECT identity, {attribute} AS owner, seated AS holder
        FROM ({owners(f"o.from_position <= {position}")})) AS k USING (identity)"""


def _then(frame: Frame, bound: Bound) -> str:
    if frame.known is None:
        return ""
    return f" {owners_by(bound(frame.known, 'UInt64'), 'person' if frame.visitors else 'counted')}"


def bucket(bound: Bound, starts: Sequence[int], moment: str = "toUInt32(happened)") -> str:
    """The start of the bucket that a moment lies in; 0 for what lies before the first. `starts` ascend.

    Computed rather than looked up (`roundDown` is younger than the oldest server): days and weeks come in long runs of one
    length, broken only where clocks change, so that a few divisions do.
    """
    steps = [
        f"{moment} >= {bound(start, 'UInt32')}, toUInt32({_within(bound, moment, start, length, count)})"
        for start, length, count in reversed(runs(starts))
    ]
    return f"multiIf({', '.join(steps)}, toUInt32(0))" if steps else "toUInt32(0)"


def ordinal(bound: Bound, starts: Sequence[int], moment: str = "toUInt32(happened)") -> str:
    """Which bucket a moment lies in, from 1; 0 for what lies before the first. `starts` ascend."""
    steps, before = [], 0
    for start, length, count in runs(starts):
        begin = bound(start, "UInt32")
        later = f" + intDiv({moment} - {begin}, {bound(length, 'UInt32')})" if count > 1 else ""
        steps.append(f"{moment} >= {begin}, toUInt16({before + 1}{later})")
        before += count
    return f"multiIf({', '.join(reversed(steps))}, toUInt16(0))" if steps else "toUInt16(0)"


def following(bound: Bound, edges: Sequence[int], moment: str) -> str:
    """The first of ascending edges that lies after a moment, which is not before the first edge nor after the last but one."""
    steps = [
        f"{moment} >= {bound(edge, 'UInt32')}, toUInt32({_within(bound, moment, edge, length, count)} + {bound(length, 'UInt32')})"
        for edge, length, count in reversed(runs(edges)[:-1])
    ]
    return f"multiIf({', '.join(steps)}, toUInt32(0))" if steps else "toUInt32(0)"


def _within(bound: Bound, moment: str, start: int, length: int, count: int) -> str:
    """The start of the bucket in a run of `count` of one length."""
    begin = bound(start, "UInt32")
    if count == 1:
        return begin
    size = bound(length, "UInt32")
    return f"{begin} + intDiv({moment} - {begin}, {size}) * {size}"


def shown(bound: Bound, frame: Frame, moment: str = "toUInt32(happened)") -> str:
    """What the clock on the wall shows of a moment in the frame's span: seconds by that clock since a week before 1970, so that
    they are never below 0. Computed, as `bucket` is; asking for a zone's hours row by row takes four times as long."""
    offsets = [
        (bound(max(since, 0), "UInt32"), bound(WEEK + offset, "UInt32")) for since, offset in frame.offsets()
    ]
    steps = [f"{moment} >= {since}, {offset}" for since, offset in reversed(offsets)]
    return f"toUInt32({moment} + multiIf({', '.join(steps)}, {offsets[0][1]}))"


def runs(starts: Sequence[int]) -> list[tuple[int, int, int]]:
    """Ascending numbers as runs of one step: (first, step, how many); the last number, which nothing follows, by itself."""
    found: list[tuple[int, int, int]] = []
    for this, after in pairwise(starts):
        if found and found[-1][1] == after - this:
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + 1)
        else:
            found.append((this, after - this, 1))
    return [*found, (starts[-1], 0, 1)] if starts else []


def doing(bound: Bound, kinds: Sequence[str]) -> str:
    """The condition of having done one of these kinds; none of them or `INTERACTION` means any interaction, `ANY` anything."""
    if ANY in kinds:
        return "1"
    if not kinds or INTERACTION in kinds:
        return "interaction = 1"
    return f"kind IN {bound(tuple(kinds), 'Array(String)')}"


def place(low: str = "0") -> str:
    """The order of the log as a pair: (happened in ms with the bit `low` behind it, position)."""
    return f"((toUInt64(toUnixTimestamp(happened)) * 1000 + ms) * 2 + {low}, position)"
