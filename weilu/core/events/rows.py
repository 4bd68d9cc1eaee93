"""What does a reader of the log get? One plain tuple per event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from weilu.core.events import kinds

COLUMNS = (
    "position", "kind", "version", "happened", "recorded", "identity", "community", "room", "subject", "about",
    "target", "mentions", "source", "batch", "live", "value", "properties",
)  # fmt: skip
"""Columns of the table of the log in the order of `Row`; `key` follows them and stays inside this room."""


class Row(NamedTuple):
    """One event. `happened` and `recorded` are milliseconds since 1970 UTC; ids are 0 where there is none.

    `properties` is JSON text of the kind's present version, empty where there are none: most readers only pass it on.
    """

    position: int
    kind: str
    version: int
    happened: int
    recorded: int
    identity: int
    community: int
    room: int
    subject: int
    about: int
    target: int
    mentions: tuple[int, ...]
    source: str
    batch: int
    live: bool
    value: int | None
    properties: str

    @property
    def data(self) -> kinds.Properties:
        """The properties, read."""
        return orjson.loads(self.properties) if self.properties else {}


def rows_of(stored: Iterable[Sequence[Any]]) -> list[Row]:
    """Stored tuples (in the order of `COLUMNS`) as rows, each in the newest version of its kind."""
    return [_row(values) for values in stored]


def _row(values: Sequence[Any]) -> Row:
    (position, kind, version, happened, recorded, identity, community, room, subject, about, target, mentions,
     source, batch, live, value, properties) = values  # fmt: skip
    declared = kinds.find(kind)
    if declared is not None and declared.version > version:
        version, properties = declared.version, _lift(declared, version, properties)
    people = tuple(orjson.loads(mentions)) if mentions else ()
    return Row(
        position, kind, version, happened, recorded, identity, community, room, subject, about, target, people,
        source, batch, bool(live), value, properties,
    )  # fmt: skip


def _lift(kind: kinds.Kind, version: int, properties: str) -> str:
    """Properties of an old version, taken through the kind's upcasters one by one."""
    data: kinds.Properties = orjson.loads(properties) if properties else {}
    for step in range(version, kind.version):
        lift = (kind.upcasters or {}).get(step)
        data = lift(data) if lift else data
    return orjson.dumps(data).decode() if data else ""
