"""A door of one's own for links, whose work is done in the test's own thread; and a link in Bea's Hearth."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from weilu.connectors.tracking.keeping import Keeper, Store
from weilu.connectors.tracking.tests.conftest import Here, Reply
from weilu.content import actions
from weilu.content.actions import Wish
from weilu.content.door import Links
from weilu.content.models import Link
from weilu.core.events import actions as log
from weilu.core.events import queries, sequencer
from weilu.core.events.rows import Row
from weilu.core.operators.access import Viewer

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.38 NetType/WIFI Language/zh_CN"


class Browser:
    """Keeps its cookie, and follows no redirect. `get` and `head` open an address by its path."""

    def __init__(self, way: Way, agent: str = PHONE, address: str = "203.0.113.7") -> None:
        self._way, self.agent, self.address, self.cookie = way, agent, address, ""

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        sent = {"host": "127.0.0.1:8000", "user-agent": self.agent, **headers}
        if self.cookie:
            sent["cookie"] = self.cookie
        answer = self._way.send(method, path, sent, self.address)
        if told := re.match(r"weilu_visitor=[^;]+", answer.headers.get("set-cookie", "")):
            self.cookie = told.group()
        return answer


class Way:
    """The routes as the server hands requests over. `rows` are what the log holds afterwards."""

    def __init__(self, write: Callable[[list[tuple[int, bytes]]], None] = log.append_encoded) -> None:
        from django.conf import settings

        self.here = Here()
        keeper = Keeper(Store(write, log.shelter, log.bring_in), lambda: self.here)
        self.links = Links(keeper, settings.HOME, lambda: self.here)

    def browser(self, **kept: str) -> Browser:
        return Browser(self, **kept)

    def send(self, method: str, path: str, headers: dict[str, str], address: str) -> Reply:
        return self.here.run(self._send(method, path, headers, address))

    async def _send(self, method: str, path: str, headers: dict[str, str], address: str) -> Reply:
        from starlette.applications import Starlette

        path, _mark, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode("latin-1"),
            "scheme": "http", "root_path": "", "http_version": "1.1", "client": (address, 5000), "server": ("127.0.0.1", 8000),
            "headers": [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()],
        }  # fmt: skip
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await Starlette(routes=self.links.routes)(scope, receive, send)
        told = {name.decode(): value.decode("latin-1") for name, value in messages[0]["headers"]}
        return Reply(messages[0]["status"], told, b"".join(one.get("body", b"") for one in messages[1:]))

    def rows(self) -> list[Row]:
        sequencer.drain()
        return [row for row in queries.read(0, 10_000) if row.kind.startswith("link.")]

    def kinds(self) -> list[str]:
        return [row.kind.removeprefix("link.") for row in self.rows()]


@pytest.fixture
def way(db: None) -> Way:
    return Way()


@pytest.fixture
def menu(hearth: Any) -> Link:
    """A link in Hearth that leads to the spring menu."""
    return actions.create(Viewer.everything(), Wish("Spring menu", "https://shop.example/spring", hearth.pk))
