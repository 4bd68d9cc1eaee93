"""The way through a tracked link, in the front door. No page is in its path: code → link → event on disk → on to the target.

People go first: whatever keeps an event from the disk keeps nobody from the target. Such a visit is not counted.
"""

from __future__ import annotations

import asyncio
import logging
import secrets as chance
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from weilu.connectors.tracking.keeping import Keeper
from weilu.content import agents, rules, visits
from weilu.content.book import Book, Unreadable
from weilu.content.closed import BUSY, GONE, page
from weilu.content.visits import Known
from weilu.core import clock, disk
from weilu.core.asides import OneThread
from weilu.core.events.incoming import Incoming
from weilu.core.operators import secrets

logger = logging.getLogger("weilu.links")
COOKIE = "weilu_visitor"
COOKIE_SECONDS = 400 * 86_400
"""What browsers keep at most (RFC 6265bis, 5.6.3)."""
PATIENCE_SECONDS = 2.0
"""So long somebody waits for their visit to be on disk."""
MOST_WAITING = 500
MOST_NEW = 3_000
"""New browsers that one address of the network may bring in a minute, in one process; a company or a mobile network has one for all."""
NO_STORE = {"cache-control": "no-store", "x-robots-tag": "noindex"}


class Links:
    """The routes. `keeper` brings events to the disk; `thread` makes what asks the database aside of the loop."""

    def __init__(self, keeper: Keeper, home: Path, thread: Callable[[], Executor] = OneThread) -> None:
        self._book = Book(thread())
        self._keeper = keeper
        self._disk = disk.Disk(home)
        self._waiting = 0
        self._minute, self._new = 0, Counter[str]()
        self._seal, self._browsers = secrets.key(rules.SEAL), secrets.key(rules.BROWSERS)

    @property
    def routes(self) -> list[Route]:
        return [Route("/l/{code}", self.visit), Route("/l/{code}/{token}", self.visit)]

    async def visit(self, request: Request) -> Response:
        """On to the target, whatever the token says; to one friendly page where there is no such link, or no longer."""
        asked, code = request.headers.get("accept-language", ""), request.path_params["code"].lower()
        try:
            link = await self._book.link(code) if rules.is_code(code) else None
        except Unreadable:
            return HTMLResponse(page(BUSY, asked), 503, {**NO_STORE, "retry-after": "30"})
        now, host = clock.now_ms(), request.headers.get("host", "")
        if link is None or _over(link, now) or rules.leads_to_itself(link.target, host):
            return HTMLResponse(page(GONE, asked), 404, NO_STORE)
        if agents.fetches_ahead(request.headers):
            return Response(b"", 503, NO_STORE)
        return await self._on(request, link, host, now)

    async def _on(self, request: Request, link: Known, host: str, now: int) -> Response:
        answer = Response(b"", 302, {**NO_STORE, "location": link.target})
        agent = request.headers.get("user-agent", "")
        if request.method == "HEAD" or agents.previews(agent):
            await self._count(lambda: _at_once([visits.previewed(link, agent, now)]))
            return answer
        cookie = request.cookies.get(COOKIE, "")
        visitor = rules.visitor(self._browsers, cookie)
        if not visitor:
            if not self._may_be_new(request, now):
                return answer
            cookie = chance.token_urlsafe(16)
            visitor = rules.visitor(self._browsers, cookie)
        answer.set_cookie(
            COOKIE, cookie, max_age=COOKIE_SECONDS, path=rules.PATH, secure=request.scope["scheme"] == "https",
            httponly=True, samesite="lax",
        )  # fmt: skip
        token, referer = request.path_params.get("token", ""), request.headers.get("referer", "")
        from_host = rules.came_from(referer, host)
        await self._count(lambda: self._click(link, token, visitor, from_host, now))
        return answer

    async def _click(self, link: Known, token: str, visitor: str, host: str, now: int) -> Sequence[Incoming]:
        """One click; and that it was passed on, where a member's own address was first opened by another browser."""
        stranger = visits.stranger(visitor)
        identity = rules.named_by(self._seal, link.number, token) if token else None
        member = await self._book.person(identity) if identity is not None else None
        if identity is None or member is None:
            return [visits.clicked(link, stranger, host, now)]
        came = await self._book.opening(link.number, identity, visitor)
        if came.first:
            return [visits.clicked(link, member, host, now)]
        return [visits.forwarded(link, member, stranger, came.at), visits.clicked(link, stranger, host, now)]

    async def _count(self, told: Callable[[], Awaitable[Sequence[Incoming]]]) -> None:
        """Bring it to the disk, or let it be: nobody waits longer than `PATIENCE_SECONDS`, nor behind too many others."""
        busy = self._waiting >= MOST_WAITING
        if busy or not self._disk.has_room():
            logger.warning("a visit was not counted", extra={"error": "busy" if busy else "full"})
            return
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._keeper.put(await told(), patient=True)
        except Exception as problem:
            logger.warning("a visit was not counted", extra={"error": type(problem).__name__})
        finally:
            self._waiting -= 1

    def _may_be_new(self, request: Request, now: int) -> bool:
        """Whoever keeps no cookie is new each time; who does that by the thousand is no crowd. Addresses are forgotten each minute."""
        if now // 60_000 != self._minute:
            self._minute, self._new = now // 60_000, Counter()
        address = request.client.host if request.client else ""
        self._new[address] += 1
        return self._new[address] <= MOST_NEW


def _over(link: Known, now: int) -> bool:
    return link.until is not None and now >= link.until


async def _at_once(events: Sequence[Incoming]) -> Sequence[Incoming]:
    return events
