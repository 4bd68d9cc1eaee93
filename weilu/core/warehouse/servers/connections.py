"""Which server is asked, and what does it mean when it does not answer?"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import pyarrow as pa

from weilu.core.warehouse.contract import Params
from weilu.core.warehouse.errors import ShardDown, Unavailable
from weilu.core.warehouse.servers.address import Address, Host
from weilu.core.warehouse.servers.columns import table_of
from weilu.core.warehouse.servers.layout import Layout, layout_of, renamed
from weilu.core.warehouse.servers.pool import Lost, Pool, Silent, version_of
from weilu.core.warehouse.servers.spelling import spelled

Answer = TypeVar("Answer")

SHARDS = "SELECT toUInt32(shard_num), host_name, toUInt32(port) FROM system.clusters WHERE cluster = {cluster:String}"
STATEMENT_BYTES = 100_000_000
"""How long a statement may be with its values spelled out."""
MEMORY_BYTES = 2_000_000_000
ALWAYS = {
    "skip_unavailable_shards": 0,
    "distributed_product_mode": "global",
    "insert_deduplicate": 0,
    "max_query_size": STATEMENT_BYTES,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
    "max_memory_usage": MEMORY_BYTES,
    "connect_timeout_with_failover_ms": 1000,
}
"""A shard that is down fails the question; a SELECT within another is carried out once and its rows sent to all shards; a
block that is sent again counts again, since the loader asks before it sends."""


class Connections:
    """This process's connections to the servers behind a URL; safe for threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._pools: dict[Host, Pool] = {}
        self._guard = threading.Lock()
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        """Asked once in a process: whoever changes the cluster starts the house anew."""
        if self._layout is None:
            self._layout = self._anyone(self._look, 10)
        return self._layout

    def select(self, sql: str, params: Params, seconds: float, host: Host | None = None) -> pa.Table:
        """The answer of one server for all of them, or of a certain one for itself."""
        text = spelled(renamed(sql, self.address.database), params)

        def ask(connection: Any) -> pa.Table:
            told = _settings(seconds)
            columns, names = connection.execute(text, with_column_types=True, columnar=True, settings=told)
            return table_of(names, columns)

        return self._anyone(ask, seconds) if host is None else self.reach(host, ask, seconds)

    def on(self, host: Host, sql: str, params: Params, seconds: float) -> list[tuple[Any, ...]]:
        """A statement, with the names that it has there, on a certain server. Raises ShardDown."""
        text, settings = spelled(sql, params), _settings(seconds)
        found = self.reach(host, lambda connection: connection.execute(text, settings=settings), seconds)
        return found if isinstance(found, list) else []

    def reach(self, host: Host, act: Callable[[Any], Answer], seconds: float) -> Answer:
        """Raises ShardDown where this server does not answer."""
        try:
            return self._pool(host).run(act, seconds)
        except Lost:
            raise ShardDown from None

    def close(self) -> None:
        with self._guard:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _anyone(self, act: Callable[[Any], Answer], seconds: float) -> Answer:
        """The first server that answers; each can answer for all. Raises Unavailable."""
        hosts = list(self._layout.servers if self._layout else self.address.hosts)
        random.shuffle(hosts)
        for host in hosts:
            try:
                return self._pool(host).run(act, seconds)
            except Silent:
                raise Unavailable from None  # the next one would wait for it, too
            except Lost:
                continue
        raise Unavailable

    def _pool(self, host: Host) -> Pool:
        with self._guard:
            if host not in self._pools:
                self._pools[host] = Pool(self.address, host)
            return self._pools[host]

    def _look(self, connection: Any) -> Layout:
        rows = connection.execute(spelled(SHARDS, {"cluster": self.address.cluster}))
        return layout_of(self.address, rows, version_of(connection))


def _settings(seconds: float) -> dict[str, object]:
    """Old servers count whole seconds, and 0 would mean for ever."""
    return {**ALWAYS, "max_execution_time": max(1, round(seconds))}
