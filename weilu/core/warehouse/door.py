"""Who may talk to the warehouse? Whoever sends the secret that stands in the home folder, on every call."""

from __future__ import annotations

import secrets
from typing import Any

import pyarrow.flight as flight

HEADER = "x-weilu-secret"


class ServerDoor(flight.ServerMiddlewareFactory):  # type: ignore[misc]  # pyarrow has no types
    """Refuses each call, of whatever kind, that does not carry the secret."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret.encode()

    def start_call(self, info: Any, headers: dict[str, list[str | bytes]]) -> None:
        sent = next(iter(headers.get(HEADER, [])), "")
        sent = sent.encode() if isinstance(sent, str) else sent
        if not secrets.compare_digest(sent, self._secret):
            raise flight.FlightUnauthenticatedError("not known here")


class ClientKey(flight.ClientMiddlewareFactory):  # type: ignore[misc]  # pyarrow has no types
    """Puts the secret on every call."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def start_call(self, info: Any) -> flight.ClientMiddleware:
        return _Key(self._secret)


class _Key(flight.ClientMiddleware):  # type: ignore[misc]  # pyarrow has no types
    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def sending_headers(self) -> dict[str, str]:
        return {HEADER: self._secret}
