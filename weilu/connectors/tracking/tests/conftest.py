"""A door of one's own: requests go through the routes as the server hands them over, everything in this thread."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import pytest
from starlette.routing import Match

from weilu.connectors.tracking import actions
from weilu.connectors.tracking.door import Tracking
from weilu.connectors.tracking.keeping import Store
from weilu.connectors.tracking.models import Source
from weilu.core.courtesy import Courtesy
from weilu.core.events import actions as log
from weilu.core.events import queries, sequencer
from weilu.core.events.rows import Row
from weilu.core.operators.access import Viewer


class Here(Executor):
    """Work that is handed over is done in the test's own thread, where its transaction is."""

    def __init__(self) -> None:
        self.waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def work() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:
                future.set_exception(error)

        self.waiting.put(work)
        return future

    def run(self, request: Coroutine[Any, Any, Reply]) -> Reply:
        """Run a request in the loop of another thread, and its work here."""
        replies: list[Reply | BaseException] = []

        def loop() -> None:
            try:
                replies.append(asyncio.run(request))
            except BaseException as error:
                replies.append(error)
            self.waiting.put(None)

        thread = threading.Thread(target=loop)
        thread.start()
        while (work := self.waiting.get()) is not None:
            work()
        thread.join()
        if isinstance(replies[0], BaseException):
            raise replies[0]
        return replies[0]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Door:
    """`post` and `get` send one request; `rows` are what the log holds afterwards."""

    def __init__(self, write: Callable[[list[tuple[int, bytes]]], None] = log.append_encoded) -> None:
        from django.conf import settings

        self.here = Here()
        store = Store(write, log.shelter, log.bring_in)
        self.tracking = Tracking(store, settings.HOME, Courtesy(), lambda: self.here)

    def post(self, path: str, body: Any = b"", **headers: str) -> Reply:
        return self.send("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: Any = b"", **headers: str) -> Reply:
        """`path` with its query; a body that is not bytes is sent as JSON; `x_write_key=…` becomes a header."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.here.run(self._send(method, path, raw, headers))

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        path, _, query = path.partition("?")
        listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        listed.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": listed,
        }
        match, found = self.tracking.matches(scope)
        assert match is Match.FULL, f"no such address: {path}"
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.tracking.handle({**scope, **found}, receive, send)
        await self.tracking._note()
        told = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        return Reply(messages[0]["status"], told, b"".join(one["body"] for one in messages[1:]))

    def rows(self) -> list[Row]:
        sequencer.drain()
        return queries.read(0, 10_000)


@pytest.fixture
def door(db: None) -> Door:
    return Door()


@pytest.fixture
def shop(db: None) -> Source:
    """A source called Shop, any origin."""
    return actions.add(Viewer.everything(), "Shop")
