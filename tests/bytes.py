"""Which files of a home hold these bytes? Every file, and what stands compressed in Parquet and in the column store."""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PLAIN = 0x02
CODECS = {0x82: "lz4_raw", 0x90: "zstd"}
HEAD, CHECKSUM = 9, 16
LOOKS = 20


def holding(home: Path, marker: str) -> list[str]:
    """Files below `home`, or paths that are themselves called so. The column store may merge parts meanwhile: what a file that is
    gone held stands in another by then, so that all of it is looked through anew."""
    for _ in range(LOOKS - 1):
        with contextlib.suppress(FileNotFoundError):
            return _held(home, marker.encode())
        time.sleep(0.5)
    return _held(home, marker.encode())


def _held(home: Path, wanted: bytes) -> list[str]:
    files = sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    return [
        str(name)
        for path in files
        if wanted in bytes(name := path.relative_to(home)) or any(wanted in data for data in _contents(path))
    ]


def _contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pydict()).encode()
    if path.suffix in (".bin", ".cidx", ".cmrk4"):
        yield b"".join(_blocks(data))


def _blocks(data: bytes) -> Iterator[bytes]:
    """ClickHouse's compressed blocks: checksum, method, size with these nine bytes, size unpacked, bytes."""
    at = 0
    while at + CHECKSUM + HEAD <= len(data):
        method, size, unpacked = struct.unpack_from("<BII", data, at + CHECKSUM)
        body = data[at + CHECKSUM + HEAD : at + CHECKSUM + size]
        yield body if method == PLAIN else pa.decompress(body, unpacked, codec=CODECS[method], asbytes=True)
        at += CHECKSUM + size
