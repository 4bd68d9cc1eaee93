"""How is one server talked to? Connections are kept and lent out, one to a caller at a time; a connection that failed is not kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from clickhouse_driver import Client
from clickhouse_driver import errors as driver

from weilu.core.warehouse.errors import (
    DOWN,
    NAMES_ONLY,
    NEWER,
    TIME_OR_MEMORY,
    WRITTEN_FOR,
    QueryFailed,
    ShardDown,
    TooHeavy,
    TooOld,
)
from weilu.core.warehouse.servers.address import Address, Host

Answer = TypeVar("Answer")

CONNECT_SECONDS = 3.0
GRACE_SECONDS = 4.0
"""How much longer than its own time a call may take on the way before the server counts as down."""
KEPT = 8
"""Idle connections kept to one server."""
LOST = (driver.NetworkError, driver.UnexpectedPacketFromServerError, OSError, EOFError)
SILENT = (driver.SocketTimeoutError, TimeoutError)


class Lost(Exception):
    """The server does not answer, or went away under a call."""


class Silent(Lost):
    """It is there, but says nothing for longer than it may."""


class Pool:
    """The connections of this process to one server; safe for threads and forks."""

    def __init__(self, address: Address, host: Host) -> None:
        self.host = host
        self._address = address
        self._idle: list[Any] = []
        self._guard = threading.Lock()
        self._pid = os.getpid()

    def run(self, act: Callable[[Any], Answer], seconds: float) -> Answer:
        """`act` gets a connection. Raises Lost, TooHeavy, ShardDown, TooOld, QueryFailed."""
        with self._lent(seconds) as connection:
            try:
                return act(connection)
            except driver.ServerException as error:
                _told(error, connection)
            except SILENT:
                raise Silent(str(self.host)) from None
            except LOST:
                raise Lost(str(self.host)) from None

    def close(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.disconnect()

    @contextmanager
    def _lent(self, seconds: float) -> Iterator[Any]:
        connection = self._take()
        _limit(connection, seconds + GRACE_SECONDS)
        try:
            yield connection
        except BaseException:
            connection.disconnect()
            raise
        self._keep(connection)

    def _take(self) -> Any:
        with self._guard:
            if self._pid != os.getpid():  # sockets must not be shared with the parent
                self._idle, self._pid = [], os.getpid()
            if self._idle:
                return self._idle.pop()
        return Client(
            self.host.name,
            port=self.host.port,
            user=self._address.user,
            password=self._address.password,
            secure=self._address.secure,
            client_name="weilu",
            connect_timeout=CONNECT_SECONDS,
            sync_request_timeout=CONNECT_SECONDS,
        )

    def _keep(self, connection: Any) -> None:
        with self._guard:
            if len(self._idle) < KEPT:
                self._idle.append(connection)
                return
        connection.disconnect()


def version_of(connection: Any) -> tuple[int, int]:
    """(major, minor) of the server at the other end, once connected."""
    told = connection.connection.server_info
    return (told.version_major, told.version_minor) if told else (0, 0)


def _version_again(connection: Any) -> tuple[int, int]:
    """The same after a refusal, which ended the connection; whoever does not answer any more is not called too old."""
    try:
        connection.connection.connect()
    except (*LOST, *SILENT):
        return WRITTEN_FOR
    return version_of(connection)


def _limit(connection: Any, seconds: float) -> None:
    """The longest silence; a socket that is open already must be told, too."""
    connection.connection.send_receive_timeout = seconds
    if connection.connection.socket is not None:
        connection.connection.socket.settimeout(seconds)


def _told(error: driver.ServerException, connection: Any) -> NoReturn:
    """The server's refusal as an error of ours."""
    if error.code in TIME_OR_MEMORY:
        raise TooHeavy from None
    if error.code in DOWN:
        raise ShardDown from None
    if error.code in NEWER and (version := _version_again(connection)) < WRITTEN_FOR:
        raise TooOld(version) from None
    text = str(error.message).partition("Stack trace")[0].strip() if error.code in NAMES_ONLY else ""
    raise QueryFailed(error.code, text) from None
