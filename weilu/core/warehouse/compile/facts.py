"""Which rows of the log does a question about people read, and whom do they belong to? FROM and WHERE for the other files.

Every subject that reads events by person starts from `Rows`: it holds what narrows them (communities, identities, an end,
a known position), so that "as of" and "known" mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from weilu.core.warehouse.compile.source import owner, owners_by

Sql = tuple[str, dict[str, object]]
"""A statement and its bound values."""

KNOWN = owners_by("{known:UInt64}", "person")
"""Sets beside each row whose it was known to be at a position of the log; 0 is a bot or nobody."""


class Share(NamedTuple):
    """One of `of` parts of all people: those whose number leaves `part` over."""

    part: int
    of: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Which events count. `None` means: no limit. `since` and `before` are seconds since 1970, `before` is not included;
    `known` is a log position, included, for rows and ownership alike. `share` keeps one part of the people. Without `visitors`
    those of whom nobody knows who they are count as nobody."""

    communities: Collection[int] | None = None
    identities: Collection[int] | None = None
    since: int | None = None
    before: int | None = None
    known: int | None = None
    share: Share | None = None
    visitors: bool = True

    @property
    def person(self) -> str:
        """The person behind a row; 0 is a bot or nobody."""
        return owner(self._attribute, "e.identity") if self.known is None else "owner"

    @property
    def holder(self) -> str:
        """The person whose membership of the brand the account behind a row makes; 0 where it makes nobody's."""
        return owner("seated", "e.identity") if self.known is None else "holder"

    @property
    def tables(self) -> str:
        known = owners_by("{known:UInt64}", self._attribute)
        return "weilu.events AS e" if self.known is None else f"weilu.events AS e {known}"

    @property
    def _attribute(self) -> str:
        return "person" if self.visitors else "counted"

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
