"""A small web site of somebody else, on a port of its own: the pages that carry the SDKs, and the SDKs as npm delivered them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGES, PACKAGES = HERE / "drivers" / "browser", HERE / "node_modules"


class Site(SimpleHTTPRequestHandler):
    """`/sdk/…` is read from node_modules, everything else from the folder of pages."""

    def translate_path(self, path: str) -> str:
        plain = path.partition("?")[0].lstrip("/")
        return str(PACKAGES / plain[4:] if plain.startswith("sdk/") else PAGES / plain)

    def log_message(self, format: str, *arguments: Any) -> None:
        return


@contextlib.contextmanager
def site() -> Iterator[str]:
    """The address of the site, served while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
