"""How is the warehouse: what does it hold, how far is it, how large is it?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader

SIZES = """SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
    WHERE database = 'weilu' AND active GROUP BY table"""


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
    sizes = {row["table"]: row for row in client.query(SIZES).to_pylist()}
    events = sizes.get("events", {"rows": 0, "bytes": 0, "parts": 0})
    return Status(
        pid=pid,
        position=loader.loaded(),
        head=log.head(),
        events=events["rows"],
        bytes=events["bytes"],
        bytes_per_event=round(events["bytes"] / max(events["rows"], 1), 1),
        parts=events["parts"],
        tables={name: row["rows"] for name, row in sorted(sizes.items())},
    )
