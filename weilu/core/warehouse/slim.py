"""How does the warehouse stay small beside everything else on one machine?

Importing chDB touches 120 MB of its code that is never run again and 50 MB of tables that only loading it reads, and a large
block leaves pages behind in the allocators. All are given back, while it is asked and once more when it rests: what is needed
comes in again from the file, page by page.
"""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path

import pyarrow as pa

CLEAN = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (?:r-xp \S+|r--p 0+) \S+ \S+\s+\S.*\.so")
"""A mapping in /proc/self/maps (proc(5)) of a library's code, or of its beginning (symbols, relocations): never written, so its pages
can be dropped at any time. What stands read-only further in may hold addresses that were filled in at loading, and stays."""
PAGE = os.sysconf("SC_PAGE_SIZE")
DONT_NEED = 4
"""MADV_DONTNEED, madvise(2)."""
LARGE = {-3: 1 << 18, -1: 1 << 19}
"""M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, mallopt(3)."""


def keep_little() -> None:
    """Large blocks go back to the system as they are freed. Left alone, glibc raises these limits to what it has seen: after one answer
    of 15 MB each thread's arena keeps up to 30 MB at its end, where `malloc_trim` does not come to. Elsewhere than with glibc it does
    nothing."""
    change = getattr(ctypes.CDLL(None), "mallopt", None)
    if change is not None:
        for what, size in LARGE.items():
            change(what, size)


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
        if found := CLEAN.match(line):
            first, end = int(found[1], 16), int(found[2], 16)
            libc.madvise(first, end - first, DONT_NEED)


def resident() -> tuple[int, int]:
    """Bytes of this process in memory: all, and those of files, most of which `slim` gives back. (0, 0) elsewhere than on Linux."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return 0, 0
    _, whole, of_files, *_ = (int(pages) * PAGE for pages in told.read_text().split())
    return whole, of_files
