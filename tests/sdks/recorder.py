"""What does an SDK truly send? A small HTTP server that keeps every request as it came and answers as it is told.

`python -m tests.sdks.recorder PORT FILE [PLAN]` writes a JSON line a request; PLAN is a list of answers for the first
requests to tracking paths, such as `503,429:2,drop,ok`: a status, a status with Retry-After, or a dropped connection.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BODY = 16 * 1024 * 1024
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
CORS = {
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type, content-encoding, authorization, x-retry-count",
}


@dataclass
class Recorder:
    """Writes requests to `path`; takes its answers from `plan` until that is empty, then says 200."""

    path: Path
    plan: list[str] = field(default_factory=list)

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._connection, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await read_request(reader):
                answer = self._answer(request)
                self._write({**request, "answer": answer})
                if answer == "drop":
                    break
                writer.write(response(answer, request))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, request: Mapping[str, Any]) -> str:
        counted = request["method"] != "OPTIONS" and not request["path"].startswith(("/flags", "/array"))
        return self.plan.pop(0) if counted and self.plan else "200"

    def _write(self, request: Mapping[str, Any]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(request, ensure_ascii=False) + "\n")


async def read_request(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """One request: method, path with query, headers as sent, body in base64; None at the end of the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in lines)
    low = {name.lower(): value for name, value in headers.items()}
    body = await _body(reader, low)
    return {
        "at": round(time.time(), 3),
        "method": method,
        "path": path,
        "headers": headers,
        "body": base64.b64encode(body).decode(),
    }


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return body
    return await reader.readexactly(min(int(headers.get("content-length", 0)), MAX_BODY))


def response(answer: str, request: Mapping[str, Any]) -> bytes:
    """`503` or `429:2` (with Retry-After) as the bytes of a response that a browser elsewhere may read."""
    status, _, wait = answer.partition(":")
    kind, body = _content(status, request)
    lines = {"content-type": kind, "content-length": str(len(body)), **CORS}
    lines["access-control-allow-origin"] = request["headers"].get("Origin", "*")
    if wait:
        lines["retry-after"] = wait
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Answer\r\n{head}\r\n".encode() + body


def _content(status: str, request: Mapping[str, Any]) -> tuple[str, bytes]:
    """An image where a browser wants one (else it reports an error), a script where it asks for a script, else JSON."""
    plain = request["path"].partition("?")[0]
    if status != "200":
        return "application/json", b'{"code":"busy","message":"busy"}'
    if request["method"] == "GET" and plain.endswith(".gif"):
        return "image/gif", PIXEL
    if plain.endswith(".js"):
        return "application/javascript", b""
    if plain.endswith("/config"):
        return "application/json", b'{"supportedCompression":["gzip","gzip-js"],"hasFeatureFlags":false}'
    return "application/json", b'{"success":true,"status":1}'


if __name__ == "__main__":
    answers = [one for one in (sys.argv[3] if len(sys.argv) > 3 else "").split(",") if one]
    asyncio.run(Recorder(Path(sys.argv[2]), answers).serve(int(sys.argv[1])))
