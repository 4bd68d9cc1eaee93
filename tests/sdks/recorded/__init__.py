"""What the published SDKs truly send, one file an SDK, and how to build the bytes of a request from it again.

Our own values in their formats; see README.md for how they were taken and what else was seen.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it goes over the wire. `calls` is the decoded JSON that it carries."""

    sdk: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    calls: Any


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.json"))


def requests(name: str) -> Iterator[Recorded]:
    """The requests of one recording, in the order in which the SDK made them."""
    recording = json.loads((HERE / f"{name}.json").read_text())
    for entry in recording["requests"]:
        path, body = _wire(entry)
        yield Recorded(recording["sdk"], entry["method"], path, entry["headers"], body, entry["body"])


def _wire(entry: dict[str, Any]) -> tuple[str, bytes]:
    """Address and body: plain or gzipped JSON, or base64 (of gzip) in a form or in the query."""
    path, encoding = entry["path"], entry["encoding"]
    if entry["body"] is None:
        return path, b""
    text = json.dumps(entry["body"], ensure_ascii=False, separators=(",", ":")).encode()
    if encoding == "plain":
        return path, text
    if encoding == "gzip":
        return path, gzip.compress(text, mtime=0)
    packed = gzip.compress(text, mtime=0) if encoding == "form+gzip" else text
    fields = urlencode({entry["field"]: base64.b64encode(packed).decode(), **entry.get("fields", {})})
    return (f"{path}&{fields}", b"") if encoding == "query" else (path, fields.encode())
