"""How does one message leave the house? One connection to a judged address, bounded in time and in what is read back."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from weilu.connectors.webhooks import reach
from weilu.connectors.webhooks.reach import Target

SECONDS = 10.0
"""For a whole attempt, name look-up and answer included."""
KEPT_BYTES = 500
READ_BYTES = 64 * 1024
"""More of an answer is not read; its first bytes are kept."""

REFUSED, NAME, CONNECT, TLS, TIME, BROKEN = (
    "address_refused",
    "name_unknown",
    "no_connection",
    "tls",
    "timeout",
    "no_answer",
)
"""What can go wrong, in a word, for the delivery log."""

_names = concurrent.futures.ThreadPoolExecutor(8, thread_name_prefix="webhook-name")
"""The system's resolver knows no time limit of ours, so it is asked from threads of its own."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` of the answer, or None and why. `asked` are the seconds of its `Retry-After`."""

    status: int | None
    error: str = ""
    answer: str = ""
    milliseconds: int = 0
    asked: int | None = None


class Timely:
    """A socket whose every piece counts against one deadline, so that an answer which drips ends in time too."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def sendall(self, data: bytes) -> None:
        self._line.settimeout(_left(self._until))
        self._line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Drops(self._line, self._until))

    def close(self) -> None:
        """The caller closes the line itself."""


class _Drops(io.RawIOBase):
    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self._line.settimeout(_left(self._until))
        return self._line.recv_into(into)


class Failed(Exception):
    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def post(url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Send once; never raises for what lies outside the house."""
    began = time.monotonic()
    until = began + SECONDS
    try:
        found = _post(reach.target(url, settings.WEBHOOK_HOSTS), headers, body, until)
    except reach.BadAddress:
        found = Outcome(None, REFUSED)
    except Failed as problem:
        found = Outcome(None, problem.error)
    spent = int((time.monotonic() - began) * 1000)
    return Outcome(found.status, found.error, found.answer, spent, found.asked)


def _post(goal: Target, headers: Mapping[str, str], body: bytes, until: float) -> Outcome:
    line = _connected(goal, _addresses(goal, until), until)
    try:
        request = http.client.HTTPConnection(goal.host, goal.port)
        request.sock = Timely(line, until)
        request.request("POST", goal.path, body, {**headers, "Host": goal.name, "Connection": "close"})
        answer = request.getresponse()
        return Outcome(answer.status, answer=_beginning(answer), asked=_wait(answer))
    except TimeoutError:
        raise Failed(TIME) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Failed(BROKEN) from None
    finally:
        line.close()


def _addresses(goal: Target, until: float) -> list[str]:
    asked = _names.submit(reach.addresses, goal, reach.look_up)
    try:
        return asked.result(timeout=_left(until))
    except reach.Refused:
        raise Failed(REFUSED) from None
    except (TimeoutError, concurrent.futures.TimeoutError):
        raise Failed(TIME) from None
    except (OSError, UnicodeError):
        raise Failed(NAME) from None


def _connected(goal: Target, found: Sequence[str], until: float) -> socket.socket:
    """To the first address that answers: to the address itself, never to the name again."""
    for address in found[:3]:
        try:
            line = socket.create_connection((address, goal.port), timeout=min(3.0, _left(until)))
            line.settimeout(_left(until))
            return _secured(goal, line) if goal.secure else line
        except ssl.SSLError:
            raise Failed(TLS) from None
        except OSError:
            continue
    raise Failed(CONNECT if time.monotonic() < until else TIME)


def _secured(goal: Target, line: socket.socket) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=goal.host)
    except BaseException:
        line.close()
        raise


def _beginning(answer: http.client.HTTPResponse) -> str:
    """How the answer begins; whether it comes to its end does not matter, its status has been heard."""
    kept, read = b"", 0
    with contextlib.suppress(OSError, http.client.HTTPException, Failed):
        while read < READ_BYTES and (piece := answer.read1(4096)):
            read += len(piece)
            kept = (kept + piece)[:KEPT_BYTES]
    return kept.decode("utf-8", "replace").replace("\0", "")[:KEPT_BYTES]


def _wait(answer: http.client.HTTPResponse) -> int | None:
    given = (answer.getheader("Retry-After") or "").strip()
    return int(given) if given.isdecimal() and len(given) < 8 else None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise Failed(TIME)
    return left
