"""Which rows of the log does a question about people read, and whom do they belong to? FROM and WHERE for the other files.

Every subject that reads events by person starts from `Rows`: it holds what narrows them (communities, identities, an end,
a known position), so that "as of" and "known" mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

Sql = tuple[str, dict[str, object]]
"""A statement and its bound values."""

TODAY = "dictGet('weilu.owner', 'person', toUInt64(e.identity))"
"""The person behind a row with today's knowledge; 0 is a bot or nobody."""
KNOWN = """ANY LEFT JOIN (
    SELECT identity, if(robot = 1, toUInt32(0), owned) AS owner FROM (
        SELECT o.identity AS identity, argMax(o.bot, (o.version, o.id)) AS robot, argMax(o.member, o.id) AS owned
        FROM weilu.ownership AS o FINAL WHERE o.from_position <= {known:UInt64} GROUP BY o.identity)
) AS k USING (identity)"""
"""The same as it was known at a position of the log."""


class Share(NamedTuple):
    """One of `of` parts of all people: those whose number leaves `part` over."""

    part: int
    of: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Which events count. `None` means: no limit. `since` and `before` are seconds since 1970, `before` is not included;
    `known` is a log position, included, for rows and ownership alike. `share` keeps one part of the people."""

    communities: Collection[int] | None = None
    identities: Collection[int] | None = None
    since: int | None = None
    before: int | None = None
    known: int | None = None
    share: Share | None = None

    @property
    def person(self) -> str:
        return TODAY if self.known is None else "owner"

    @property
    def tables(self) -> str:
        return "weilu.events AS e" if self.known is None else f"weilu.events AS e {KNOWN}"

    @property
    def where(self) -> str:
        """Conditions on `e`, the sort key's columns first."""
        return " AND ".join(text for text, _, value in self._conditions() if value is not None)

    @property
    def values(self) -> dict[str, object]:
        found: dict[str, object] = {name: value for _, name, value in self._conditions() if value is not None}
        found.pop("", None)
        return found if self.share is None else {**found, "part": self.share.part}

    def _conditions(self) -> list[tuple[str, str, object]]:
        return [
            ("e.identity > 0", "", True),
            ("e.community IN {communities:Array(UInt32)}", "communities", _sorted(self.communities)),
            ("e.identity IN {identities:Array(UInt32)}", "identities", _sorted(self.identities)),
            ("e.happened >= toDateTime({since:UInt32}, 'UTC')", "since", self.since),
            ("e.happened < toDateTime({before:UInt32}, 'UTC')", "before", self.before),
            ("e.position <= {known:UInt64}", "known", self.known),
            (f"{self.person} % {{of:UInt32}} = {{part:UInt32}}", "of", self.share and self.share.of),
        ]


def _sorted(ids: Collection[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)
