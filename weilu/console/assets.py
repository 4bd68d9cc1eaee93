"""Under which name does a built file stand? The names carry a hash, the build writes them down in manifest.json."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

FOLDER = Path(__file__).resolve().parent / "static" / "console" / "dist"
LOOK_SECONDS = 1.0


_read: list[tuple[float, dict[str, str]]] = []


def address(name: str) -> str:
    """/static/console/dist/console-3f….css; the plain name where nothing was built (`weilu doctor` says so)."""
    return _static(_names().get(name, name))


@lru_cache(maxsize=64)
def _static(name: str) -> str:
    return static(f"console/dist/{name}")


def _names() -> dict[str, str]:
    """What the last build wrote down, looked at anew once a second."""
    now = time.monotonic()
    if not _read or now - _read[0][0] > LOOK_SECONDS:
        try:
            names = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            names = {}
        _read[:] = [(now, names)]
    return _read[0][1]
