"""How are the databases held at one moment, written out, and brought back? SQLite by its own copy, PostgreSQL by its tools."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connection, connections
from django.utils.translation import gettext_lazy as _

from weilu.app.backup import manifest
from weilu.core.errors import Unavailable

Files = dict[str, tuple[int, str]]


class Held(Protocol):
    """`fast()` fixes the moment; `write(folder)` writes the databases as they were at it, however long that takes."""

    def fast(self) -> None: ...
    def write(self, folder: Path) -> Files: ...


def vendor() -> str:
    return connection.vendor


@contextmanager
def held() -> Iterator[Held]:
    with ExitStack() as stack:
        yield _Postgres(stack) if connection.vendor == "postgresql" else _Sqlite(stack)


def restore_dump(dump: Path) -> None:
    """Put the dump in place of what the database holds: also of tables that a newer Weilu has made. Raises Unavailable."""
    clear()
    _tool("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--dbname", _address(), str(dump))  # fmt: skip


def clear() -> None:
    """No table is left (PostgreSQL)."""
    tables = connection.introspection.table_names()
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(map(connection.ops.quote_name, tables))} CASCADE")


def empty() -> bool:
    """Whether the installation's databases hold no tables yet."""
    return not any(connections[alias].introspection.table_names() for alias in settings.DATABASES)


class _Sqlite:
    """An open reading transaction sees its moment until it ends, whatever is written meanwhile (WAL)."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._open: dict[str, sqlite3.Connection] = {}

    def fast(self) -> None:
        for alias in settings.DATABASES:
            path = Path(settings.DATABASES[alias]["NAME"])
            found = self._stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            found.execute("BEGIN")
            found.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            self._open[path.name] = found

    def write(self, folder: Path) -> Files:
        files: Files = {}
        for name, found in self._open.items():
            with closing(sqlite3.connect(folder / name)) as copy:
                found.backup(copy)
            (folder / name).chmod(0o600)
            files[name] = manifest.measure(folder / name)
        return files


class _Postgres:
    """An exported snapshot: pg_dump sees the moment at which it was taken."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._snapshot = ""

    def fast(self) -> None:
        own = self._stack.enter_context(closing(connections.create_connection("default")))
        own.ensure_connection()
        own.connection.autocommit = True
        cursor = self._stack.enter_context(own.connection.cursor())
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (self._snapshot,) = cursor.fetchone()

    def write(self, folder: Path) -> Files:
        dump = folder / manifest.DUMP
        _tool("pg_dump", "--format", "custom", "--no-owner", "--snapshot", self._snapshot, "--file", str(dump), "--dbname", _address())  # fmt: skip
        dump.chmod(0o600)
        return {manifest.DUMP: manifest.measure(dump)}


def _address() -> str:
    """Without the password, which other users of the machine could read."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(settings.DATABASE_URL)
    return make_conninfo(**{name: str(value) for name, value in parts.items() if name != "password"})


def _tool(*command: str) -> None:
    from psycopg.conninfo import conninfo_to_dict

    password = conninfo_to_dict(settings.DATABASE_URL).get("password")
    surroundings = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    try:
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable(_("PostgreSQL's own tools (pg_dump, pg_restore) are not installed here.")) from None
    if done.returncode:
        raise Unavailable(f"{command[0]}: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else done.returncode}")  # fmt: skip
