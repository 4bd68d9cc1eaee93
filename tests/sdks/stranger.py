"""A stranger with a socket: says exactly what he wants to say, byte for byte, and reads what comes back."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.house import ROOT, House, house

SECONDS, COUNTED_SECONDS = 20.0, 60.0
STILL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection. `say` sends bytes, `hear` reads one answer (None where the other side hung up)."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._rest = b""

    def say(self, data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)

    def hear(self) -> Reply | None:
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(self._rest) < int(headers.get("content-length", 0)):
            if not (more := self._more()):
                break
            self._rest += more
        length = int(headers.get("content-length", 0))
        body, self._rest = self._rest[:length], self._rest[length:]
        return Reply(int(first.split(" ")[1]), headers, body)

    def close(self) -> None:
        self._socket.close()

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._rest:
            if not (more := self._more()):
                return None
            self._rest += more
        head, _, self._rest = self._rest.partition(mark)
        return head

    def _more(self) -> bytes:
        with contextlib.suppress(ConnectionResetError):
            return self._socket.recv(65_536)
        return b""


def written(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as bytes; `content_type` becomes Content-Type."""
    lines = {"Host": "127.0.0.1", "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


@dataclass
class Door:
    """The front door of a whole Weilu without its other parts, with a source of its own."""

    one: House
    key: str
    code: str
    pid: int

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        with self.line() as line:
            line.say(written(method, path, body, **headers))
            reply = line.hear()
        assert reply is not None, f"{method} {path}: no answer"
        return reply

    @contextlib.contextmanager
    def line(self) -> Iterator[Line]:
        line = Line(self.one.port)
        try:
            yield line
        finally:
            line.close()

    def memory(self) -> int:
        """Bytes of memory that the door holds."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def worked(self) -> float:
        """Seconds of processor time that the door has used."""
        with open(f"/proc/{self.pid}/stat") as file:
            user, system = file.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def taken(self) -> int:
        """How many events of this source have come in, as the command line tells."""
        return next(
            int(row["events"]) for row in self.one.weilu_json("source", "list") if row["code"] == self.code
        )

    def settled(self) -> int:
        """The same, once what was sent before is counted: counts are written down each second, so they stand still for three."""
        count, since = self.taken(), time.monotonic()
        until = since + COUNTED_SECONDS
        while time.monotonic() < min(since + STILL_SECONDS, until):
            if (now := self.taken()) != count:
                count, since = now, time.monotonic()
        return count

    def taken_after(self, least: int) -> int:
        """The same, once it is at least so many: counts are written down each second."""
        until = time.monotonic() + COUNTED_SECONDS
        while (count := self.taken()) < least and time.monotonic() < until:
            pass
        return count


@contextlib.contextmanager
def door() -> Iterator[Door]:
    """`weilu web` in a fresh home."""
    with house(WEILU_LOG_LEVEL="ERROR") as one:
        one.weilu("migrate")
        source = one.weilu_json("source", "add", "Shop")
        process = subprocess.Popen(
            [sys.executable, "-m", "weilu.app", "web", "--no-migrate"],
            cwd=ROOT, env=one.environment, stdout=subprocess.DEVNULL, stderr=(one.home / "web.err").open("ab"),
        )  # fmt: skip
        try:
            _wait(one)
            yield Door(one, source["key"], source["code"], process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _wait(one: House) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if one.get("/login")[0] in (200, 302):
                return
        time.sleep(0.1)
    raise AssertionError(f"the door did not open: {(one.home / 'web.err').read_text()[-2000:]}")
