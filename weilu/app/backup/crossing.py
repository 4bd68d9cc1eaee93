"""How does an installation of one machine go over to PostgreSQL? What its two SQLite files hold is copied into the tables there.

Both sides have the same tables at the same version, so each is copied column by column, in one transaction. Ids go on where they
were: a number that was given once is not given again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import Conflict
from weilu.core.events import intake
from weilu.core.events.models import SpoolMark

MIGRATIONS = "django_migrations"
TURNED: Mapping[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "timestamp with time zone": lambda text: f"{text}+00",
}
"""SQLite has neither; its moments are UTC."""
_COLUMNS = """SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"""
_APPLIED = f"SELECT app, name FROM {MIGRATIONS}"  # noqa: S608
_NUMBER_ON = "SELECT setval(pg_get_serial_sequence(%s, 'id'), GREATEST(%s, 1), %s > 0)"

Types = dict[str, dict[str, str]]


def files_in(folder: Path) -> list[Path]:
    """SQLite's files, where a folder holds any."""
    return sorted(folder.glob("*.sqlite3"))


def cross(folder: Path) -> None:
    """Everything out of the files in `folder`, in place of what the tables hold; then what the spool holds. Raises Conflict where
    the files are of another version."""
    with transaction.atomic(), connection.cursor() as cursor:
        types = _types(cursor)
        _refuse_other_versions(cursor, folder)
        cursor.execute(f"TRUNCATE {', '.join(map(_quoted, types))} CASCADE")
        for path in files_in(folder):
            with closing(sqlite3.connect(path)) as old:
                for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    if table in types:
                        _copy(cursor, old, table, types[table])
                for table, last in old.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
                    if "id" in types.get(table, {}):
                        cursor.execute(_NUMBER_ON, [table, last, last])
    intake.bring_in()
    SpoolMark.objects.all().delete()


def _types(cursor: Any) -> Types:
    """Of each column of each table; what migrations have been applied is the other side's own."""
    cursor.execute(_COLUMNS)
    types: Types = {}
    for table, column, kind in cursor.fetchall():
        types.setdefault(table, {})[column] = kind
    del types[MIGRATIONS]
    return types


def _refuse_other_versions(cursor: Any, folder: Path) -> None:
    cursor.execute(_APPLIED)
    here, there = set(cursor.fetchall()), set()
    for path in files_in(folder):
        with closing(sqlite3.connect(path)) as old:
            there |= set(old.execute(_APPLIED).fetchall())
    if here != there:
        raise Conflict(
            _(
                "This backup is of another version. Restore it into SQLite, run `weilu migrate`, back it up again."
            )
        )


def _copy(cursor: Any, old: sqlite3.Connection, table: str, types: Mapping[str, str]) -> None:
    names = ", ".join(map(_quoted, types))
    turns = [TURNED.get(kind) for kind in types.values()]
    with cursor.copy(f"COPY {_quoted(table)} ({names}) FROM STDIN") as sink:
        for row in old.execute(f"SELECT {names} FROM {_quoted(table)}"):  # noqa: S608
            sink.write_row(
                [
                    turn(value) if turn and value is not None else value
                    for turn, value in zip(turns, row, strict=True)
                ]
            )


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
