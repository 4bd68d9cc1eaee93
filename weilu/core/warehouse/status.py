"""How is the warehouse: what does it hold, how far is it, how large is it?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader

SIZES = """SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
    WHERE database = {database:String} AND active GROUP BY table"""
MARK = re.compile(r"_(local|[0-9a-f]{32})$")
"""What servers put behind the name of a table that holds rows of another."""


@dataclass(frozen=True, slots=True)
class Size:
    rows: int = 0
    bytes: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """`events` are rows held, `behind` positions of the log not loaded yet; bytes on disk, compressed."""

    pid: int
    position: int
    head: int
    events: int
    bytes: int
    bytes_per_event: float
    parts: int
    tables: dict[str, int]

    @property
    def behind(self) -> int:
        return max(0, self.head - self.position)


def status() -> Status:
    """Raises Unavailable where the warehouse is down."""
    pid = client.ping()
    sizes = _sizes()
    events = sizes.get("events", Size())
    return Status(
        pid=pid,
        position=loader.loaded(),
        head=log.head(),
        events=events.rows,
        bytes=events.bytes,
        bytes_per_event=round(events.bytes / max(events.rows, 1), 1),
        parts=events.parts,
        tables={name: size.rows for name, size in sorted(sizes.items())},
    )


def _sizes() -> dict[str, Size]:
    """Of each table, over all servers."""
    found: dict[str, Size] = {}
    for server in client.each(SIZES, {"database": client.link().database}):
        for row in server.to_pylist():
            name = MARK.sub("", row["table"])
            held = found.get(name, Size())
            found[name] = Size(held.rows + row["rows"], held.bytes + row["bytes"], held.parts + row["parts"])
    return found
