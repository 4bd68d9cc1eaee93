"""How do many processes share one chDB store? This process owns it and answers Arrow Flight on a local socket.

`python -m weilu.core.warehouse.server HOME [SECONDS]`, always spawned, never forked (a forked child of a chDB process hangs). It
ends when nobody has asked for a minute. Flight's handlers only hand over to plain threads: a session belongs to one thread,
and gRPC's come and go (with other versions a query inside one hung).
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pyarrow as pa
import pyarrow.flight as flight

from weilu.core.left_out import leave_pandas_out
from weilu.core.precedence import stand_behind
from weilu.core.warehouse.door import ServerDoor
from weilu.core.warehouse.engine import Engine, EngineError
from weilu.core.warehouse.memory import BUSY_SECONDS, give_back_after
from weilu.core.warehouse.place import Place, place_of, read_secret
from weilu.core.warehouse.schema import DATABASE, TABLES
from weilu.core.warehouse.slim import keep_little, resident, slim

Answer = TypeVar("Answer")

READERS = 3
IDLE_SECONDS = 60.0
LOOK_SECONDS = 0.1
"""While requests come, it is looked so often whether memory is to be given back."""
REST_SECONDS = 1.5
"""After so long without a request it is given back once more, and then left alone."""
QUEUE_SECONDS = 3.0
"""How long a request may wait for a thread, beside its own time."""
LOCK_SECONDS = 30.0
"""How long a new warehouse waits for an old one to close the store."""


class Desk:
    """Hands requests to plain threads: questions to a few, writes to one, so that neither waits for the other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.last = time.monotonic()
        self.worked = False
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._writer = ThreadPoolExecutor(1, "writer")
        self._under_way = 0
        self._guard = threading.Lock()

    def query(self, request: dict[str, Any]) -> pa.Table:
        sql, params, seconds = request["sql"], request["params"], float(request["seconds"])
        return self._wait(self._readers, seconds, lambda: self.engine.query(sql, params, seconds))

    def command(self, request: dict[str, Any]) -> None:
        sql, params, seconds = request["sql"], request["params"], float(request["seconds"])
        self._wait(self._writer, seconds, lambda: self.engine.command(sql, params, seconds))

    def insert(self, request: dict[str, Any], rows: pa.Table) -> None:
        seconds, table = float(request["seconds"]), request["table"]
        self._wait(self._writer, seconds, lambda: self.engine.insert(table, rows, seconds))

    def idle(self) -> float:
        """Seconds since the last request ended; 0 while one is under way."""
        with self._guard:
            return 0.0 if self._under_way else time.monotonic() - self.last

    def touch(self) -> None:
        self.last = time.monotonic()

    def close(self) -> None:
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True, cancel_futures=True)

    def _wait(self, pool: ThreadPoolExecutor, seconds: float, act: Callable[[], Answer]) -> Answer:
        with self._guard:
            self._under_way += 1
            self.worked = True
        try:
            waiting: Future[Answer] = pool.submit(act)
            return _outcome(waiting, seconds + QUEUE_SECONDS)
        finally:
            with self._guard:
                self._under_way -= 1
                self.worked = True
            self.touch()


def _outcome(waiting: Future[Answer], seconds: float) -> Answer:
    try:
        return waiting.result(seconds)
    except EngineError as error:
        told = orjson.dumps({"number": error.number, "text": str(error)})
        raise flight.FlightInternalError("refused by the engine", extra_info=told) from None
    except Late:
        waiting.cancel()
        raise flight.FlightTimedOutError("busy") from None


class Server(flight.FlightServerBase):  # type: ignore[misc]  # pyarrow has no types
    """Three doors: get (a question), put (a block of rows), action (a command; ping; stop)."""

    def __init__(self, place: Place, desk: Desk, stop: threading.Event) -> None:
        self._desk, self._stop = desk, stop  # first: the base class answers before its own __init__ has ended
        super().__init__(place.address, middleware={"door": ServerDoor(read_secret(place))})

    def do_get(self, context: flight.ServerCallContext, ticket: flight.Ticket) -> flight.RecordBatchStream:
        return flight.RecordBatchStream(self._desk.query(orjson.loads(ticket.ticket)))

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        self._desk.insert(orjson.loads(descriptor.command), reader.read_all())

    def do_action(self, context: Any, action: flight.Action) -> list[bytes]:
        if action.type == "command":
            self._desk.command(orjson.loads(action.body.to_pybytes()))
        elif action.type == "stop":
            self._stop.set()
        self._desk.touch()
        return [str(os.getpid()).encode()]


def serve(home: Path, idle_seconds: float = IDLE_SECONDS) -> int:
    """Runs until told to stop or idle. Returns the exit status: 0, or 3 where another warehouse holds the store."""
    os.umask(0o077)
    leave_pandas_out()
    keep_little()
    stand_behind()
    place = place_of(home)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    lock = _lock(place, stop)
    if lock is None:
        return 3
    engine = Engine(place.folder)
    desk = Desk(engine)
    _ensure_schema(engine)
    place.socket.unlink(
        missing_ok=True
    )  # left by one that was killed; the lock says that nobody listens there
    server = Server(place, desk, stop)
    _watch(desk, stop, idle_seconds)
    _close(place, server, desk, engine)
    return 0


def _watch(desk: Desk, stop: threading.Event, idle_seconds: float) -> None:
    """Until told to stop, or until nobody has asked for so long."""
    slim()
    given = time.monotonic()
    while not stop.wait(min(LOOK_SECONDS if desk.worked else BUSY_SECONDS, idle_seconds / 4)):
        idle = desk.idle()
        if idle >= idle_seconds:
            return
        if (desk.worked or not idle) and time.monotonic() - given >= give_back_after(*resident()):
            desk.worked = idle <= REST_SECONDS
            slim()
            given = time.monotonic()


def _lock(place: Place, stop: threading.Event) -> int | None:
    """The store's lock, held until this process ends; None where another keeps it."""
    handle = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    end = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < end and not stop.is_set():
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            place.lock.write_text(str(os.getpid()))
            return handle
        except BlockingIOError:
            stop.wait(0.05)
    os.close(handle)
    return None


def _ensure_schema(engine: Engine) -> None:
    engine.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}", {}, 60)
    for table in TABLES:
        engine.command(table, {}, 60)


def _close(place: Place, server: Server, desk: Desk, engine: Engine) -> None:
    """Socket first, so that newcomers start a fresh warehouse; then what is under way; then the store."""
    place.socket.unlink(missing_ok=True)
    server.shutdown()
    desk.close()
    engine.close()


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), *map(float, sys.argv[2:3])))
