"""The front door: health, metrics, tracking, tracked links and static files by Starlette itself, all pages by Django mounted as WSGI.

Django is loaded in the background, so that `/healthz` answers as soon as the door is open.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from weilu.app.assets import Assets
from weilu.connectors.tracking.door import Tracking
from weilu.connectors.tracking.keeping import Store
from weilu.content.door import Links
from weilu.core import disk
from weilu.core.courtesy import Courtesy
from weilu.core.events import actions

PAGE_THREADS = 8


class Pages:
    """Django behind a2wsgi; requests that come before it is loaded wait for it."""

    def __init__(self, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self._app: Any = None
        self._loading: asyncio.Task[None] | None = None

    def start_loading(self) -> None:
        self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        self._app = await run_in_threadpool(_django)

    @property
    def loaded(self) -> bool:
        return self._app is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None and self._loading is not None:
            await self._loading
        started = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                spent = f"total;dur={(time.perf_counter() - started) * 1000:.1f}"
                message["headers"] = [*message["headers"], (b"server-timing", spent.encode())]
            await send(message)

        with self._courtesy.page():
            # Django must see the whole path, not the part below the mount.
            await self._app({**scope, "root_path": ""}, receive, timed)


def _django() -> WSGIMiddleware:
    from weilu.app import warming, wsgi

    warming.pages()
    # Django names the same protocol with types of its own.
    application: Any = wsgi.application
    return WSGIMiddleware(application, workers=PAGE_THREADS)


courtesy = Courtesy()
pages = Pages(courtesy)


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 when questions can be answered; else 503 with the parts that are not ready. `read_only`: the disk is full."""
    if not pages.loaded:
        return JSONResponse({"ready": False, "waiting_for": ["pages"]}, status_code=503)
    from weilu.app.health import not_ready

    missing = await run_in_threadpool(not_ready)
    said = {"ready": not missing, "waiting_for": missing, "read_only": not disk.has_room()}
    return JSONResponse(said, status_code=503 if missing else 200)


async def metrics(request: Request) -> Response:
    """Figures in the Prometheus text format, for this machine only unless a token allows more."""
    if not pages.loaded:
        return PlainTextResponse("", status_code=503)
    from weilu.app.health import exposition

    if not _from_here(request):
        return PlainTextResponse("Not Found", status_code=404)
    return PlainTextResponse(await run_in_threadpool(exposition), media_type="text/plain; version=0.0.4")


def _from_here(request: Request) -> bool:
    return request.client is not None and request.client.host in ("127.0.0.1", "::1")


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    pages.start_loading()
    async with tracking.running():
        yield


store = Store(actions.append_encoded, actions.shelter, actions.bring_in)
tracking = Tracking(store, settings.HOME, courtesy)
links = Links(tracking.keeper, settings.HOME)


app = Starlette(
    routes=[
        tracking,
        *links.routes,
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Mount("/static", Assets()),
        Mount("/", pages),
    ],
    lifespan=lifespan,
)
