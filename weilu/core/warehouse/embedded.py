"""How does the house talk to the column store of its own machine? Through the process that owns it, by Arrow Flight.

It is started by whoever asks first. A question is asked again once where the warehouse went away under it; a write is not,
since it may have happened: the loader asks the table instead.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import orjson
import pyarrow as pa
import pyarrow.flight as flight

from weilu.core.warehouse import starter
from weilu.core.warehouse.contract import WRITE_SECONDS, Params
from weilu.core.warehouse.door import ClientKey
from weilu.core.warehouse.errors import TIME_OR_MEMORY, QueryFailed, TooHeavy, Unavailable
from weilu.core.warehouse.place import Place, read_secret
from weilu.core.warehouse.schema import DATABASE, EVENTS, OWNER_NAME, embedded
from weilu.core.warehouse.values import bind

Answer = TypeVar("Answer")

GRACE_SECONDS = 4.0
"""How much longer than its own time a call may take on the way before we call the warehouse down."""
CHANNEL = [("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 50)]
"""A new channel must not inherit the back-off of the one whose warehouse just died."""
LOST = (flight.FlightUnavailableError, flight.FlightCancelledError)
FROZEN_SECONDS = 3.0
"""A warehouse that did not answer in time is left alone for so long: a page asks several questions, and waits once."""
NEXT = "weilu.events_next"
UUID = "SELECT toString(uuid) AS uuid FROM system.tables WHERE database = 'weilu' AND name = {table:String}"


class Embedded:
    """This process's connection to one home's warehouse; safe for threads, renewed when the warehouse was lost."""

    label = ""
    database = DATABASE

    def __init__(self, place: Place) -> None:
        self.place = place
        self._guard = threading.Lock()
        self._client: flight.FlightClient | None = None
        self._pid = 0
        self._server = b""
        self._frozen_until = 0.0

    def migrate(self) -> bool:
        """The process makes its tables when it starts."""
        self.ping()
        return False

    def query(self, sql: str, params: Params, seconds: float) -> pa.Table:
        ticket = flight.Ticket(_request(sql, params, seconds))
        return self.read(seconds, lambda client, options: client.do_get(ticket, options).read_all())

    def each(self, sql: str, params: Params, seconds: float) -> list[pa.Table]:
        return [self.query(sql, params, seconds)]

    def command(self, sql: str, params: Params, seconds: float) -> None:
        action = flight.Action("command", _request(sql, params, seconds))
        self.write(seconds, lambda client, options: list(client.do_action(action, options)))

    def insert(self, table: str, rows: pa.Table) -> None:
        asked = flight.FlightDescriptor.for_command(orjson.dumps({"table": table, "seconds": WRITE_SECONDS}))
        self.write(WRITE_SECONDS, lambda client, options: _put(client, options, asked, rows))

    def alter(self, table: str, change: str, params: Params) -> None:
        self.command(f"ALTER TABLE {table} {change}", params, WRITE_SECONDS)

    def truncate(self, table: str) -> None:
        self.command(f"TRUNCATE TABLE {table} SYNC", None, WRITE_SECONDS)

    def reload_owners(self) -> None:
        self.command(f"SYSTEM RELOAD DICTIONARY {OWNER_NAME}", None, WRITE_SECONDS)

    def settle(self) -> None:
        """Writes of one store wait for each other: what is asked comes after them."""

    def generation(self) -> uuid.UUID:
        """ClickHouse's UUID of the events table; it moves with the table when a rebuild exchanges it."""
        return self._uuid("events")

    def prepare(self) -> uuid.UUID:
        self.discard()
        self.command(embedded(EVENTS, NEXT), None, WRITE_SECONDS)
        return self._uuid("events_next")

    def discard(self) -> None:
        self.command(f"DROP TABLE IF EXISTS {NEXT} SYNC", None, WRITE_SECONDS)

    def switch(self, generation: uuid.UUID) -> None:
        self.command(f"EXCHANGE TABLES weilu.events AND {NEXT}", None, WRITE_SECONDS)
        self.command(f"DROP TABLE {NEXT} SYNC", None, WRITE_SECONDS)

    def _uuid(self, table: str) -> uuid.UUID:
        return uuid.UUID(self.query(UUID, {"table": table}, 10).column("uuid")[0].as_py())

    def read(self, seconds: float, call: Callable[[Any, Any], Answer]) -> Answer:
        """A call that may be made twice."""
        try:
            return self._call(seconds, call)
        except _Lost:
            starter.wait_gone(self.place, self._server)
        return self._last(seconds, call)

    def write(self, seconds: float, call: Callable[[Any, Any], Answer]) -> Answer:
        """A call that must not be made twice, so the warehouse is woken before it."""
        self.ping()
        return self._last(seconds, call)

    def ping(self) -> int:
        """The process id of the warehouse, started where needed."""
        told = self.read(
            5, lambda client, options: list(client.do_action(flight.Action("ping", b""), options))
        )
        return int(told[0].body.to_pybytes())

    def stop(self) -> None:
        """Asks the warehouse to end; does nothing where none runs."""
        if starter.listening(self.place):
            self._last(5, lambda client, options: list(client.do_action(flight.Action("stop", b""), options)))

    def _last(self, seconds: float, call: Callable[[Any, Any], Answer]) -> Answer:
        try:
            return self._call(seconds, call)
        except _Lost:
            raise Unavailable from None

    def _call(self, seconds: float, call: Callable[[Any, Any], Answer]) -> Answer:
        if time.monotonic() < self._frozen_until:
            raise Unavailable
        client = self._connected()
        try:
            return call(client, flight.FlightCallOptions(timeout=seconds + GRACE_SECONDS))
        except flight.FlightInternalError as error:
            _told(error)
        except flight.FlightTimedOutError:
            self._frozen_until = time.monotonic() + FROZEN_SECONDS
            raise Unavailable from None
        except LOST:
            self._forget()
            raise _Lost from None

    def _connected(self) -> flight.FlightClient:
        with self._guard:
            if self._pid not in (0, os.getpid()):
                # gRPC's threads do not come along with a fork: the call would hang for ever.
                raise RuntimeError(
                    "this process was forked after it had asked the warehouse; spawn it instead"
                )
            if self._client is None:
                if not starter.ensure_running(self.place):
                    raise Unavailable
                key = {"middleware": [ClientKey(read_secret(self.place))], "generic_options": CHANNEL}
                self._server, self._pid = starter.who(self.place), os.getpid()
                self._client = flight.FlightClient(self.place.address, **key)
            return self._client

    def _forget(self) -> None:
        with self._guard:
            self._client = None


class _Lost(Exception):
    """The warehouse went away under a call."""


def _put(client: Any, options: Any, asked: Any, rows: pa.Table) -> None:
    writer, _ = client.do_put(asked, rows.schema, options)
    with writer:
        writer.write_table(rows)


def _request(sql: str, params: Params, seconds: float) -> bytes:
    return orjson.dumps({"sql": sql, "params": bind(params), "seconds": seconds})


def _told(error: Any) -> NoReturn:
    """The engine's refusal as an error of ours."""
    told = orjson.loads(error.extra_info or b"{}")
    number = int(told.get("number", 0))
    if number in TIME_OR_MEMORY:
        raise TooHeavy from None
    raise QueryFailed(number, str(told.get("text", ""))) from None
