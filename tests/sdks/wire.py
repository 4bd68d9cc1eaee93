"""Which numbered calls stand in a request? Undoes whatever the SDK did to its body or address, and looks for `"n":`."""

from __future__ import annotations

import base64
import gzip
import re
from urllib.parse import parse_qs, urlsplit

NUMBER = re.compile(r'"n":\s*(\d+)|-guest-(\d+)"')


def numbers_in(url: str, body: bytes) -> set[int]:
    """The numbers of all calls in this request: JSON, gzip, form fields, base64 in any mixture."""
    plain = _unzipped(body)
    fields = parse_qs(urlsplit(url).query) | parse_qs(plain.decode("utf-8", "replace"))
    texts = [
        plain,
        *(_unzipped(_unwrapped(fields[name][0])) for name in ("data", "data_list") if name in fields),
    ]
    found = NUMBER.findall(b"\n".join(texts).decode("utf-8", "replace"))
    return {int(one or other) for one, other in found}


def _unzipped(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _unwrapped(text: str) -> bytes:
    return base64.b64decode(text.replace(" ", "+") + "==")
