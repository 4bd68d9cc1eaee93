"""How are rows written to the tables of the log? By SQL, in bulk: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connections

from weilu.core.events.rows import COLUMNS

LOG = ("events_logentry", (*COLUMNS, "key"))
PRIVATE = ("events_private", ("position", "identity", "text", "data"))
KEYS = ("events_eventkey", ("key", "position"))
CLAIMS = ("events_claim", ("batch", "first", "last"))

_MANY = 2_000
"""Keys asked for in one statement; SQLite takes up to 32,766 values."""


def log_connection() -> Any:
    return connections[settings.LOG_DATABASE]


def insert(table: tuple[str, Sequence[str]], rows: Iterable[Sequence[Any]]) -> None:
    name, columns = table
    listed = ", ".join(columns)
    connection = log_connection()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {name} ({listed}) FROM STDIN") as sink:
                for row in rows:
                    sink.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {name} ({listed}) VALUES ({marks})", rows)  # noqa: S608


def positions_of(keys: Sequence[bytes]) -> dict[bytes, int]:
    """Positions of the keys that the log has already."""
    connection = log_connection()
    found: dict[bytes, int] = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT key, position FROM events_eventkey WHERE key = ANY(%s)", [list(keys)])
            return {bytes(key): position for key, position in cursor.fetchall()}
        for start in range(0, len(keys), _MANY):
            some = keys[start : start + _MANY]
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT key, position FROM events_eventkey WHERE key IN ({marks})", some)  # noqa: S608
            found.update(cursor.fetchall())
    return found


def execute(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """One statement on the log database; the rows where it gives any."""
    with log_connection().cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall() if cursor.description else []


def execute_many(sql: str, rows: Iterable[Sequence[Any]]) -> None:
    with log_connection().cursor() as cursor:
        cursor.executemany(sql, list(rows))
