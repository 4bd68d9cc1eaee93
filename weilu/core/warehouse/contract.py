"""What can the house ask of a column store, whichever it is?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa

WRITE_SECONDS = 120.0
Params = Mapping[str, object] | None


class Link(Protocol):
    """A store behind a process or a URL. Everything raises Unavailable where (a part of) it is down.

    The events table has generations: a rebuild fills a new one beside the one that answers, then the two change places.
    """

    @property
    def label(self) -> str:
        """Which store this is, for the records kept about it: empty for the one of this machine."""

    @property
    def database(self) -> str:
        """The name of the database that holds its tables."""

    def migrate(self) -> bool:
        """Makes the tables that are missing; True where some were."""

    def query(self, sql: str, params: Params, seconds: float) -> pa.Table:
        """The answer to a SELECT."""

    def each(self, sql: str, params: Params, seconds: float) -> list[pa.Table]:
        """The answer of every server for itself."""

    def command(self, sql: str, params: Params, seconds: float) -> None:
        """A statement without an answer, on every server."""

    def insert(self, table: str, rows: pa.Table) -> None:
        """At most a million rows; on every server that they belong to when this returns."""

    def alter(self, table: str, change: str, params: Params) -> None:
        """`DELETE WHERE …` or `UPDATE … WHERE …`; done when this returns."""

    def truncate(self, table: str) -> None:
        """Takes all rows out of a table."""

    def reload_owners(self) -> None:
        """Makes what stands in `weilu.ownership` what `dictGet('weilu.owner', …)` answers."""

    def settle(self) -> None:
        """Waits until no insert begun earlier is still under way, so that what a table is then asked stays true."""

    def generation(self) -> uuid.UUID:
        """Which generation of the events table answers."""

    def prepare(self) -> uuid.UUID:
        """Makes an empty generation beside it, named `weilu.events_next`; one left behind by another attempt goes."""

    def switch(self, generation: uuid.UUID) -> None:
        """The prepared generation answers from now on, in one move; the old one goes."""

    def discard(self) -> None:
        """What was prepared goes again."""

    def ping(self) -> int:
        """Wakes the store where it sleeps; the id of its process, 0 for servers."""

    def stop(self) -> None:
        """Ends what this process keeps of it."""
