"""How much may wait in memory? Requests hold bytes from their first one until they are answered."""

from __future__ import annotations

from starlette.types import Receive

from weilu.connectors.tracking.contract import Refused


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
    """The whole body. Raises Refused where it is larger than `most`, Busy, Gone."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise Refused("too_large")
        share.add(len(chunk))
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
