"""How does the body of a request reach a page? Whole where it is small, piece by piece where it is a file.

Pages are made in a few threads. Whoever stops in the middle of a body would keep one for as long as he likes, so a thread is
taken when a small body is there; large ones may keep only some of them, and each of their pieces must come in time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

SMALL_BYTES = 1024 * 1024
PATIENCE_SECONDS = 30.0
"""For a small body, and for each piece of a large one."""


class Slow(OSError):
    """The rest of a body did not come; for Django an unreadable request like any other."""


class Bodies:
    """Wraps the pages. At most `large` requests with a large body, or one of unknown length, are given to them at a time."""

    def __init__(self, app: Any, large: int) -> None:
        self._app = app
        self._large = asyncio.Semaphore(large)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = _length(scope)
        if length == 0:
            await self._app(scope, receive, send)
        elif 0 < length <= SMALL_BYTES:
            await self._small(scope, receive, send)
        else:
            async with self._large:
                await self._app(scope, _in_time(receive), send)

    async def _small(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                body = await _whole(receive)
        except TimeoutError:
            await PlainTextResponse("Request Timeout", status_code=408)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _said(body, receive), send)


def _length(scope: Scope) -> int:
    """Bytes of the body as announced; 0 where there is none, -1 where it is not said how many."""
    headers = dict(scope.get("headers", ()))
    if b"transfer-encoding" in headers:
        return -1
    announced = headers.get(b"content-length", b"0")
    return int(announced) if announced.isdigit() else -1


async def _whole(receive: Receive) -> bytes | None:
    """None where the client has hung up."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _said(body: bytes, receive: Receive) -> Receive:
    """Says the body once, then whatever comes."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def say() -> Message:
        return left.pop() if left else await receive()

    return say


def _in_time(receive: Receive) -> Receive:
    async def piece() -> Message:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await receive()
        except TimeoutError:
            raise Slow("the rest of the body did not come") from None

    return piece
