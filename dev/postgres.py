"""Does PostgreSQL answer at this URL? Makes the database it names where that is missing; status 1 if not."""

from __future__ import annotations

import sys

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo


def main(url: str) -> int:
    parts = conninfo_to_dict(url)
    try:
        with psycopg.connect(
            make_conninfo(url, dbname="postgres"), autocommit=True, connect_timeout=5
        ) as server:
            name = str(parts.get("dbname") or "weilu")
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as problem:
        sys.stderr.write(f"weilu: PostgreSQL: {type(problem).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
