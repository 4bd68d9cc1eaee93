"""What is in a backup, and is it whole?"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import Conflict, NotFound
from weilu.core.events.spool import sync_folder

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024

DUMP = "database.dump"
"""The database where it is PostgreSQL; else the files stand under their own names."""
APART = ("erasures.jsonl", "audit.head")
"""Files that tell of what came after a backup too: a home that has them keeps its own."""
LEFT_OUT = (
    "warehouse", "locks", "restoring", "replaced-*", "rates.sqlite3*", "sequencer.*", "weilu.sqlite3*", "log.sqlite3*",
    "*.lock", "*.part",
)  # fmt: skip
"""What of a home is made anew, or written by a road of its own."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` by their path below the backup: size in bytes and SHA-256. `head` is the log's last position."""

    at: str
    version: str
    database: str
    head: int
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(size for size, _digest in self.files.values())


def write(manifest: Manifest, folder: Path) -> None:
    """Synced; a backup without it is none."""
    path = folder / NAME
    path.write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    _sync(path)
    sync_folder(folder)


def read(folder: Path) -> Manifest:
    """Raises NotFound where no backup stands there, Conflict where it is of a newer kind."""
    path = folder / NAME
    if not path.is_file():
        raise NotFound(_("There is no backup in this folder."), folder=str(folder))
    found = orjson.loads(path.read_bytes())
    if found["format"] != FORMAT:
        raise Conflict(_("This backup was made by a newer Weilu. Bring this one up to date first."))
    files = {name: (int(size), str(digest)) for name, (size, digest) in found.pop("files").items()}
    return Manifest(**found, files=files)


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file, synced; returns its size and SHA-256 as they were read."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as given, target.open("xb") as taken:
        os.fchmod(taken.fileno(), 0o600)
        while part := given.read(CHUNK):
            digest.update(part)
            taken.write(part)
        taken.flush()
        os.fsync(taken.fileno())
        return taken.tell(), digest.hexdigest()


def measure(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file that another program wrote, synced."""
    _sync(path)
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def rest_of(home: Path) -> Iterator[Path]:
    """The home's other files, by their path below it."""
    left_out = set(shutil.ignore_patterns(*LEFT_OUT)(str(home), [entry.name for entry in home.iterdir()]))
    for entry in sorted(home.iterdir()):
        if entry.name not in left_out and entry.name not in ("spool", "log"):
            files = (
                [entry] if entry.is_file() else sorted(path for path in entry.rglob("*") if path.is_file())
            )
            yield from (path.relative_to(home) for path in files if not path.is_symlink())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
