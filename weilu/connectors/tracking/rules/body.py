"""What is in this body? Told from the bytes, not from labels: SDKs send gzip marked as a form and JSON marked as text."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from weilu.connectors.tracking.contract import Refused

MOST_BYTES = 5 * 1024 * 1024
"""Packed or unpacked."""
LAYERS = 6
"""A form that holds base64 that holds gzip that holds JSON has four."""
FIELDS = (b"data_list", b"data")
MOST_STRAY = 1_000
"""Percent signs in a form that quote nothing: some SDKs forget to quote, and nobody writes more."""
_FORM = re.compile(rb"(?:^|&)(?:data_list|data)=")
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_GAPS = b" \t\r\n\v\f"
_FROM_URL = bytes.maketrans(b"-_", b"+/")
# Halves of surrogate pairs: texts cut in the middle of an emoji hold them, and JSON in browsers writes them so.
_HIGH = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_LOW = re.compile(rb"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_BLANK = b" \t\r\n\xef\xbb\xbf"


class Unpacked(NamedTuple):
    """The JSON of a body; `nul` where a NUL character is written somewhere in it; how many bytes it had unpacked."""

    body: Any
    nul: bool
    size: int


def unpacked(raw: bytes) -> Unpacked:
    """Undo packing until JSON is there. Raises Refused; never holds more than `MOST_BYTES` of it."""
    for _layer in range(LAYERS):
        if raw[:1] not in (b"{", b"["):
            raw = raw.strip(_BLANK)
        first = raw[:1]
        if not first:
            raise Refused("no_events")
        if first in (b"{", b"["):
            return Unpacked(_json(raw), b"\\u0000" in raw, len(raw))
        raw = _peeled(raw)
    raise Refused("not_packed_right")


def _peeled(raw: bytes) -> bytes:
    if raw[:2] == b"\x1f\x8b":
        return _inflated(raw, 31)
    if raw[:1] == b"\x78" and raw[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        return _inflated(raw, 15)
    if raw[:2] == b"--":
        return _part(raw)
    if _FORM.search(raw[:4096]):
        return _field(raw)
    if raw[:1] == b"%":
        # A beacon sends the field's value alone, still quoted.
        return _field(b"data=" + raw)
    return _of_base64(raw)


def _inflated(raw: bytes, bits: int) -> bytes:
    """At most `MOST_BYTES`: a bomb is put down as soon as it is larger."""
    reader = zlib.decompressobj(bits)
    try:
        found = reader.decompress(raw, MOST_BYTES + 1)
    except zlib.error:
        raise Refused("not_packed_right") from None
    if len(found) > MOST_BYTES:
        raise Refused("too_large")
    if not reader.eof:
        raise Refused("not_packed_right")
    return found


def _field(raw: bytes) -> bytes:
    if sum(1 for _ in islice(_STRAY.finditer(raw), MOST_STRAY + 1)) > MOST_STRAY:
        # Each one costs the reader of forms a piece of its own: four megabytes of them took 8 s and 800 MB.
        raise Refused("not_packed_right")
    try:
        fields = parse_qs(raw, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Refused("not_packed_right") from None
    for name in FIELDS:
        if name in fields:
            # A plus that nobody quoted has become a blank.
            value = fields[name][0]
            return value if value[:1] in (b"{", b"[") else value.replace(b" ", b"+")
    raise Refused("not_packed_right")


def _part(raw: bytes) -> bytes:
    """The field's value in a multipart body. Found step by step: a pattern over all of it can be made to look for hours."""
    for name in FIELDS:
        head = raw.find(b'name="%b"' % name)
        ends = [
            at + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if head >= 0 and (at := raw.find(gap, head)) >= 0
        ]
        if ends and (end := raw.find(b"\n--", min(ends))) >= 0:
            return raw[min(ends) : end].removesuffix(b"\r")
    raise Refused("not_packed_right")


def _of_base64(raw: bytes) -> bytes:
    tidy = raw.translate(_FROM_URL, _GAPS).rstrip(b"=")
    try:
        return base64.b64decode(tidy + b"=" * (-len(tidy) % 4), validate=True)
    except binascii.Error:
        raise Refused("not_json" if raw[:1] == b'"' else "not_packed_right") from None


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        if b"\\ud" not in raw and b"\\uD" not in raw:
            raise Refused("not_json") from None
    try:
        return orjson.loads(_LOW.sub(rb"\\ufffd", _HIGH.sub(rb"\\ufffd", raw)))
    except orjson.JSONDecodeError:
        raise Refused("not_json") from None
