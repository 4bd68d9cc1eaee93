"""How are ClickHouse servers asked and filled, so that an answer is whole or none, and each row is there once?

A question goes to one server, which asks the others; where one of them does not answer, nobody gets an answer. Rows are sent
to the shard they belong to, straight into its own table, under a name by which the next one knows that they are on the way.
"""

from __future__ import annotations

import time
import uuid
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from weilu.core.warehouse.contract import WRITE_SECONDS, Params
from weilu.core.warehouse.errors import QueryFailed, ShardDown, TooHeavy, Unavailable
from weilu.core.warehouse.schema import OWNER_NAME, SHAPES, Table
from weilu.core.warehouse.servers.address import Address, Host
from weilu.core.warehouse.servers.columns import values_of
from weilu.core.warehouse.servers.connections import ALWAYS, Connections
from weilu.core.warehouse.servers.layout import Layout, local_name, renamed
from weilu.core.warehouse.servers.tables import Tables

BUSY = "SELECT count() FROM system.processes WHERE startsWith(query_id, {mark:String})"
WAITING = "SELECT count() FROM system.mutations WHERE database = {database:String} AND table = {table:String} AND NOT is_done"
POLL_SECONDS = 0.05
GONE_FOR_A_MOMENT = 60
"""UNKNOWN_TABLE: the one that is asked is just being exchanged for the next."""
PATIENCE_SECONDS = 0.3
DOWN_SECONDS = 3.0
"""How long nobody asks after a server was found down twice."""
LOADING = "weilu-insert"


class Cluster:
    """The servers behind a URL as one store."""

    def __init__(self, address: Address) -> None:
        self._servers = Connections(address)
        self._down_until = 0.0

    @property
    def label(self) -> str:
        return self._servers.address.label

    @property
    def database(self) -> str:
        return self._servers.address.database

    @property
    def layout(self) -> Layout:
        return self._servers.layout

    def migrate(self) -> bool:
        return self._tables.migrate()

    def query(self, sql: str, params: Params, seconds: float) -> pa.Table:
        """A question that failed for a reason that may be over in a moment is asked once more."""
        if time.monotonic() < self._down_until:
            raise ShardDown
        try:
            return self._servers.select(sql, params, seconds)
        except ShardDown:
            pass
        except Unavailable:
            self._is_down()
        except QueryFailed as error:
            if error.number != GONE_FOR_A_MOMENT:
                raise
        time.sleep(PATIENCE_SECONDS)
        try:
            return self._servers.select(sql, params, seconds)
        except Unavailable:
            self._is_down()

    def _is_down(self) -> NoReturn:
        """A page asks several questions: where a server is down, only the first waits for it."""
        self._down_until = time.monotonic() + DOWN_SECONDS
        raise ShardDown from None

    def each(self, sql: str, params: Params, seconds: float) -> list[pa.Table]:
        return [self._servers.select(sql, params, seconds, host) for host in self.layout.servers]

    def command(self, sql: str, params: Params, seconds: float) -> None:
        for host in self.layout.servers:
            self._servers.on(host, renamed(sql, self.database), params, seconds)

    def insert(self, table: str, rows: pa.Table) -> None:
        shape = _shape(table)
        name = self._rows_in(table, shape)
        for host, part in self._parts(shape, rows):
            self._put(host, name, part)

    def alter(self, table: str, change: str, params: Params) -> None:
        """Begun on all servers, then waited for: each works on its own rows."""
        shape = _shape(table)
        name, hosts = self._rows_in(table, shape), self._writers(shape)
        statement = f"ALTER TABLE {name} {renamed(change, self.database)}"
        for host in hosts:
            self._servers.on(host, statement, params, WRITE_SECONDS)
        for host in hosts:
            self._wait_mutated(host, name)

    def truncate(self, table: str) -> None:
        shape = _shape(table)
        for host in self._writers(shape):
            self._servers.on(host, f"TRUNCATE TABLE {self._rows_in(table, shape)}", None, WRITE_SECONDS)

    def reload_owners(self) -> None:
        name = OWNER_NAME if self.layout.by_statement else f"`{OWNER_NAME}`"
        self.command(f"SYSTEM RELOAD DICTIONARY {name}", None, WRITE_SECONDS)

    def settle(self) -> None:
        end = time.monotonic() + WRITE_SECONDS
        for host in self.layout.servers:
            while self._servers.on(host, BUSY, {"mark": LOADING}, 10)[0][0]:
                if time.monotonic() > end:
                    raise Unavailable
                time.sleep(POLL_SECONDS)

    def generation(self) -> uuid.UUID:
        return self._tables.generation()

    def prepare(self) -> uuid.UUID:
        return self._tables.prepare()

    def discard(self) -> None:
        self._tables.discard()

    def switch(self, generation: uuid.UUID) -> None:
        self._tables.switch(generation)

    def ping(self) -> int:
        for host in self.layout.servers:
            self._servers.on(host, "SELECT 1", None, 2)
        return 0

    def stop(self) -> None:
        self._servers.close()

    @property
    def _tables(self) -> Tables:
        return Tables(self.layout, self._servers.on)

    def _writers(self, shape: Table) -> list[Host]:
        """Every server that is told of changed rows: where a keeper tells the others, one for each set of copies."""
        layout = self.layout
        if not layout.replicated:
            return list(layout.servers)
        firsts = [replicas[0] for replicas in layout.shards]
        return firsts if shape.spread else firsts[:1]

    def _parts(self, shape: Table, rows: pa.Table) -> list[tuple[Host, pa.Table]]:
        """The rows by the server that they are sent to; where a row lives is as `Distributed` would have it."""
        hosts = self._writers(shape)
        if not shape.spread:
            return [(host, rows) for host in hosts]
        place = np.mod(rows.column(shape.spread).to_numpy().astype(np.int64), len(hosts))
        parts = [(host, rows.filter(pa.array(place == number))) for number, host in enumerate(hosts)]
        return [(host, part) for host, part in parts if part.num_rows]

    def _rows_in(self, table: str, shape: Table) -> str:
        """The table that holds the rows of another on one server."""
        if shape.name != "events":
            return local_name(shape, self.layout)
        return self._tables.events_rows(table.partition(".")[2])

    def _put(self, host: Host, table: str, rows: pa.Table) -> None:
        into = f"INSERT INTO {table} ({', '.join(rows.column_names)}) VALUES"
        known = f"{LOADING}-{uuid.uuid4()}"

        def send(connection: Any) -> None:
            connection.execute(into, values_of(rows), columnar=True, settings=ALWAYS, query_id=known)

        self._servers.reach(host, send, WRITE_SECONDS)

    def _wait_mutated(self, host: Host, table: str) -> None:
        database, _dot, name = table.partition(".")
        end = time.monotonic() + WRITE_SECONDS
        while self._servers.on(host, WAITING, {"database": database, "table": name}, 10)[0][0]:
            if time.monotonic() > end:
                raise TooHeavy
            time.sleep(POLL_SECONDS)


def _shape(table: str) -> Table:
    return next(one for one in SHAPES if table.removesuffix("_next") == f"weilu.{one.name}")
