"""How much may wait in memory? Requests hold bytes from their first one until they are answered."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from weilu.connectors.tracking.contract import Refused

PATIENCE_SECONDS = 30.0
"""For a body after its first bytes: 5 MB over a phone's line."""


class Busy(Exception):
    """More waits than may; come again later."""


class Gone(Exception):
    """Whoever asked has hung up."""


class Load:
    """What all requests of this process hold together, in bytes."""

    def __init__(self) -> None:
        self.held = 0


class Share:
    """What one request holds."""

    def __init__(self, load: Load, limit: int) -> None:
        self._load, self._limit, self._size = load, limit, 0

    def add(self, size: int) -> None:
        """Raises Busy where that is too much with all that others hold."""
        if self._load.held + size > self._limit:
            raise Busy
        self._load.held += size
        self._size += size

    def give_back(self) -> None:
        self._load.held -= self._size
        self._size = 0


async def body(receive: Receive, share: Share, most: int) -> bytes:
    """The whole body. Raises Refused where it is larger than `most` or does not come to an end, Busy, Gone."""
    chunk, more = await _next(receive)
    if not more:
        return _held(chunk, share, len(chunk), most)
    chunks, size = [_held(chunk, share, len(chunk), most)], len(chunk)
    try:
        # What stalls in the middle would keep its share for as long as it likes, and others out.
        async with asyncio.timeout(PATIENCE_SECONDS):
            while more:
                chunk, more = await _next(receive)
                size += len(chunk)
                chunks.append(_held(chunk, share, size, most))
    except TimeoutError:
        raise Refused("too_slow") from None
    return b"".join(chunks)


async def _next(receive: Receive) -> tuple[bytes, bool]:
    """(bytes, whether more follow)"""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), message.get("more_body", False)


def _held(chunk: bytes, share: Share, size: int, most: int) -> bytes:
    if size > most:
        raise Refused("too_large")
    share.add(len(chunk))
    return chunk
