"""What does the head of a request say? Read once, from the raw headers, since this is in the path of every event."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Scope

KEY_FIELDS = ("key", "project", "writeKey", "write_key", "api_key", "token")
"""Where the address may carry the write key, by SDK."""


class Asked(NamedTuple):
    """The head of a request. `length` is what it announces, -1 where it does not; `page` is the origin of the page that a GET comes
    from, empty where it does not say."""

    method: str
    path: str
    query: dict[str, str]
    origin: str
    length: int
    key: str
    wanted: bytes
    """Headers that a preflight asks for."""
    host: str
    page: str


def asked(scope: Scope) -> Asked:
    origin, length, key, wanted, host, page = "", -1, "", b"", "", ""
    for name, value in scope["headers"]:
        if name == b"origin":
            origin = value.decode("latin-1")
        elif name == b"content-length":
            length = int(value) if value.isdigit() else -1
        elif name == b"authorization":
            key = _basic(value) or key
        elif name == b"x-write-key":
            key = value.decode("latin-1").partition(":")[0]
        elif name == b"access-control-request-headers":
            wanted = value
        elif name == b"host":
            host = value.decode("latin-1")
        elif name == b"referer" and scope["method"] == "GET":
            page = _origin(value)
    raw = scope["query_string"]
    query = _query(raw) if raw else {}
    for field in KEY_FIELDS:
        if not key and field in query:
            key = query[field]
    return Asked(scope["method"], scope["path"], query, origin, length, key, wanted, host, origin or page)


def _origin(referer: bytes) -> str:
    """Browsers send no Origin with a picture, but where the page is (RFC 6454, 7.3; Referrer-Policy's default sends the origin).

    Only of a GET: mini-programs send the address of their host with everything.
    """
    scheme, found, rest = referer.decode("latin-1").partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower() if found else ""


def _basic(value: bytes) -> str:
    """The user of Basic authentication, which is where the write key stands."""
    scheme, _, rest = value.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _query(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}
