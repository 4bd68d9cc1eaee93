"""Under which name does a built file stand? The names carry a hash, the build writes them down in manifest.json."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

FOLDER = Path(__file__).resolve().parent / "static" / "console" / "dist"


def address(name: str) -> str:
    """/static/console/dist/console-3f….css; the plain name where nothing was built (`weilu doctor` says so)."""
    try:
        built = (FOLDER / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return static(f"console/dist/{name}")
    return static(f"console/dist/{_names(built).get(name, name)}")


@lru_cache(maxsize=1)
def _names(built: int) -> dict[str, str]:
    names: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return names
