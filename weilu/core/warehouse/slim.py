"""How does the warehouse stay small beside everything else on one machine?

Importing chDB touches 120 MB of its code that is never run again, and a large block leaves pages behind in the allocators.
Both are given back, each second while it is asked and once more when it rests: code comes in again from the file, page by page,
where it is needed.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import pyarrow as pa

CODE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \S+\s+\S.*\.so")
"""A mapping of code in /proc/self/maps (proc(5)): never written, so its pages can be dropped at any time."""
DONT_NEED = 4
"""MADV_DONTNEED, madvise(2)."""


def slim() -> None:
    """Give back what is not in use; some milliseconds. Elsewhere than on Linux it does nothing."""
    pa.default_memory_pool().release_unused()
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.malloc_trim(0)
    for line in maps.read_text().splitlines():
        if found := CODE.match(line):
            first, end = int(found[1], 16), int(found[2], 16)
            libc.madvise(first, end - first, DONT_NEED)
