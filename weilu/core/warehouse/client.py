"""How does the house talk to the column store? `query`, `insert`, `alter`: Arrow in, Arrow out, values always bound.

Which store that is (this machine's own, or ClickHouse servers by URL) is decided here and nowhere above.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from weilu.core.warehouse import homes, target
from weilu.core.warehouse.contract import WRITE_SECONDS, Link
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.place import place_of


def migrate() -> bool:
    """Makes the tables that are missing, on every server; True where some were. The store of this machine does it by itself.

    No loader is at work meanwhile: where a server lost its data another generation of events begins.
    """
    with target.store_lock("loader", wait=WRITE_SECONDS) as held:
        if not held:
            raise Unavailable
        return link().migrate()


def query(sql: str, params: Mapping[str, object] | None = None, *, seconds: float = 10) -> pa.Table:
    """The answer to a SELECT, its values bound as `{name:Type}`; `DateTime` comes as timestamps in UTC.

    Raises Unavailable (down, or another home's), TooHeavy (more than `seconds`, or too much memory), TooOld (the server cannot
    do it), QueryFailed (our SQL is wrong).
    """
    homes.check()
    return link().query(sql, params, seconds)


def each(sql: str, params: Mapping[str, object] | None = None, *, seconds: float = 10) -> list[pa.Table]:
    """The answers of all servers, each for itself (`system.parts` knows one server only). Raises as `query`."""
    homes.check()
    return link().each(sql, params, seconds)


def command(sql: str, params: Mapping[str, object] | None = None, *, seconds: float = WRITE_SECONDS) -> None:
    """A statement without an answer (DDL), on every server; done and synced when this returns. Raises as `query`."""
    link().command(sql, params, seconds)


def insert(table: str, rows: pa.Table) -> None:
    """One block of rows (at most a million) into `weilu.<name>`; on the disk when this returns. Raises as `query`."""
    if rows.num_rows:
        link().insert(table, rows)


def alter(table: str, change: str, params: Mapping[str, object] | None = None) -> None:
    """A mutation (`DELETE WHERE …`, `UPDATE … WHERE …`) of `weilu.<name>`; carried out when this returns."""
    link().alter(table, change, params)


def truncate(table: str) -> None:
    """Takes all rows out of `weilu.<name>`."""
    link().truncate(table)


def reload_owners() -> None:
    """Makes what stands in `weilu.ownership` what `dictGet('weilu.owner', …)` answers, on every server."""
    link().reload_owners()


def settle() -> None:
    """Waits until no insert begun earlier is still under way somewhere."""
    link().settle()


def generation() -> uuid.UUID:
    """Which generation of `weilu.events` answers."""
    return link().generation()


def prepare() -> uuid.UUID:
    """Makes an empty next generation of `weilu.events`, to be filled as `weilu.events_next`."""
    return link().prepare()


def switch(next_generation: uuid.UUID) -> None:
    """Lets the prepared generation answer."""
    link().switch(next_generation)


def discard() -> None:
    """Drops a prepared generation, where one is left."""
    link().discard()


def ping() -> int:
    """The process id of the warehouse (0: servers), started where needed; keeps it from ending. Raises Unavailable."""
    return link().ping()


def stop() -> None:
    """Asks the warehouse of this home to end; does nothing where none runs."""
    link().stop()


_links: dict[tuple[Path, str], Link] = {}
_guard = threading.Lock()


def link() -> Link:
    """The connection to the store that this installation uses now."""
    home, url = Path(settings.HOME), target.current()
    found = _links.get((home, url))
    if found is None:
        with _guard:
            found = _links.setdefault((home, url), link_to(url, home))
    return found


def link_to(url: str, home: Path) -> Link:
    """A connection to the store that a URL means; empty: the one of this home. Raises WrongAddress."""
    makers: dict[bool, Callable[[], Link]] = {True: lambda: _servers(url), False: lambda: _embedded(home)}
    return makers[bool(url)]()


def _embedded(home: Path) -> Link:
    from weilu.core.warehouse.embedded import Embedded

    return Embedded(place_of(home))


def _servers(url: str) -> Link:
    from weilu.core.warehouse.servers.address import address_of
    from weilu.core.warehouse.servers.cluster import Cluster

    return Cluster(address_of(url))
