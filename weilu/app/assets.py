"""How do style sheets, scripts and icons reach the browser? Compressed beforehand, kept for good when hashed."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent.parent / "console" / "static"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
HASHED = re.compile(r"[.-][0-9A-Za-z_]{8,}\.[a-z0-9]+$")
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"


class Assets:
    """An ASGI application that serves files below `FOLDER`, the smallest encoding that the browser takes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._respond(scope)
        await response(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        path = _file(scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/"))
        if path is None or scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Not Found", status_code=404)
        accepted = Headers(scope=scope).get("accept-encoding", "")
        headers = {
            "cache-control": FOREVER if HASHED.search(path.name) else SHORTLY,
            "vary": "accept-encoding",
        }
        headers["x-content-type-options"] = "nosniff"
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        for name, ending in ENCODINGS:
            packed = path.with_name(path.name + ending)
            if name in accepted and packed.is_file():
                return FileResponse(packed, media_type=kind, headers={**headers, "content-encoding": name})
        return FileResponse(path, media_type=kind, headers=headers)


def _file(name: str) -> Path | None:
    """The file of that name, where there is one below `FOLDER`."""
    try:
        path = (FOLDER / name).resolve()
        return path if path.is_relative_to(FOLDER) and path.is_file() else None
    except (OSError, ValueError):
        # No file can be called so: a NUL in it, or too long.
        return None
