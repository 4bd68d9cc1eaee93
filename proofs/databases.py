"""On which database does a case stand? PostgreSQL comes as a server of the case's own, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from tests.fixtures.server import second_server


@contextmanager
def database(*, postgres: bool) -> Iterator[dict[str, str]]:
    """The settings of a house that stands on it: none for SQLite."""
    if not postgres:
        yield {}
        return
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE proof TEMPLATE template0")
        yield {"WEILU_DATABASE_URL": make_conninfo(address, dbname="proof")}
