"""Which event is this? The key that lets live traffic and imports of the same thing meet."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache

HOUR_MS = 3_600_000
_HEAD = struct.Struct(">iH").pack
_SDK_HEAD = struct.Struct(">iHH").pack
_blake = hashlib.blake2b
KEY_BYTES = 22


def key(namespace: str, happened: int, *parts: str | int) -> bytes:
    """22 bytes: hour of the raw client time (4, big endian), namespace (2), hash of the parts (16).

    Led by the hour, so that neighbours in time are neighbours in the index. `happened` is in milliseconds since 1970 UTC
    and must be the platform's own raw time of the object, since it is part of the identity.
    """
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return _HEAD(happened // HOUR_MS, namespace_id(namespace)) + _blake(text, digest_size=16).digest()


@lru_cache(maxsize=1024)
def namespace_id(namespace: str) -> int:
    """A stable 16-bit number for a namespace; two that collide still differ in their parts, which begin with names."""
    return zlib.crc32(namespace.encode()) & 0xFFFF


def object_id(namespace: str, *parts: str | int) -> int:
    """A positive 63-bit number for a platform's object (a message, an order), stable over time and roads; never 0."""
    text = "\x1f".join(map(str, (namespace, *parts)))
    digest = _blake(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 1) or 1


_SDK = namespace_id("sdk")
SDK = _SDK.to_bytes(2, "big")
"""Bytes 4 and 5 of the key of an SDK's event: its names may be undeclared, its key is forgotten after 35 days."""
UNTIMED = SDK + bytes(2)
"""Bytes 4 to 7 of the key of one that tells no time of its own, and of one in an hour's first second."""


def sdk_key(happened: int, text: str, *, timed: bool = True) -> bytes:
    """22 bytes for an SDK's event: hour, namespace, second of the hour (2), hash of the text (14).

    Millions of them fall into one hour; led by the second, new ones stand side by side in the index. Where the event
    tells no time of its own (`timed` false) only the hour of its arrival leads, so that a repeat a second later meets it; one that
    comes after the full hour is met by `nearby`.
    """
    second = happened % HOUR_MS // 1000 if timed else 0
    digest = _blake(text.encode("utf-8", "surrogatepass"), digest_size=14).digest()
    return _SDK_HEAD(happened // HOUR_MS, _SDK, second) + digest


def nearby(key: bytes) -> tuple[bytes, bytes]:
    """The keys that an SDK's event of `UNTIMED` would have had, had it arrived an hour earlier or later."""
    hour, rest = int.from_bytes(key[:4], signed=True), key[4:]
    before, after = ((hour + step).to_bytes(4, signed=True) for step in (-1, 1))
    return before + rest, after + rest
