"""Which rows of the log does a question see, and whose are they?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from weilu.core.warehouse.frame import Brought, Frame
from weilu.core.warehouse.span import ALL, NEW

Run = Callable[[str, dict[str, object]], pa.Table]
"""How a statement is put to the store: SQL and its parameters in, a table out."""

INTERACTION = "interaction"
"""In place of an event kind: anything that counts as taking part."""
ANY = "*"
"""In place of an event kind: whatever happened."""


@dataclass(slots=True)
class Bound:
    """Collects the values of one statement; equal values share a parameter."""

    params: dict[str, object] = field(default_factory=dict)
    _names: dict[tuple[str, object], str] = field(default_factory=dict)

    def __call__(self, value: Any, type_: str) -> str:
        """The placeholder that stands for this value in the SQL."""
        kept = tuple(value) if isinstance(value, list | set | frozenset) else value
        name = self._names.get((type_, kept))
        if name is None:
            name = self._names[(type_, kept)] = f"p{len(self._names)}"
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
        parts.append(f"{person(frame, bound)} = {bound(frame.member, 'UInt32')}")
    parts.append(f"({where})")
    return f"SELECT {columns} FROM weilu.events WHERE {' AND '.join(parts)}"


def _by_import(one: Brought, bound: Bound) -> str:
    """The condition of having come with an import."""
    own = f"batch = {bound(one.batch, 'UInt32')}"
    if one.which == NEW:
        return own
    firsts, lasts = bound(one.firsts, "Array(UInt64)"), bound(one.lasts, "Array(UInt64)")
    low = f"position >= {bound(min(one.firsts, default=2**63), 'UInt64')}"
    seen = (
        f"{low} AND position <= {lasts}[indexOf({firsts}, roundDown(position, {firsts}))]"
        if one.firsts
        else "0"
    )
    return f"({seen})" if one.which == ALL else f"({seen} AND NOT {own})"


def person(frame: Frame, bound: Bound, identity: str = "identity") -> str:
    """The person behind an identity, 0 for a bot or nobody: as known today, or as known at the frame's position."""
    if frame.known is None:
        return f"dictGet('weilu.owner', 'person', toUInt64({identity}))"
    owners = f"""(SELECT (groupArray(o.identity), groupArray(o.person)) FROM (
        SELECT w.identity AS identity, if(argMax(w.bot, w.version) = 1, 0, argMax(w.member, w.id)) AS person
        FROM weilu.ownership AS w FINAL WHERE w.from_position <= {bound(frame.known, "UInt64")}
        GROUP BY w.identity) AS o)"""
    return f"transform({identity}, {owners}.1, {owners}.2, toUInt32(0))"


def bucket(bound: Bound, starts: Sequence[int], moment: str = "toUInt32(happened)") -> str:
    """The start of the bucket that a moment lies in; 0 for what lies before the first."""
    return f"roundDown({moment}, {bound((0, *starts), 'Array(UInt32)')})"


def doing(bound: Bound, kinds: Sequence[str]) -> str:
    """The condition of having done one of these kinds; none of them or `INTERACTION` means any interaction, `ANY` anything."""
    if ANY in kinds:
        return "1"
    if not kinds or INTERACTION in kinds:
        return "interaction = 1"
    return f"kind IN {bound(tuple(kinds), 'Array(String)')}"


def place(low: str = "") -> str:
    """The order of the log as one integer: (happened in ms, position); with `low`, a bit that sorts between the two."""
    moment = "(toUInt64(toUnixTimestamp(happened)) * 1000 + ms)"
    moment = f"({moment} * 2 + {low})" if low else moment
    return f"bitOr(bitShiftLeft(toUInt128({moment}), 64), toUInt128(position))"
