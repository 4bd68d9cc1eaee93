"""Which files does this path hold, and may they be read? A file, a folder, a zip or a tar becomes a list of parts.

Archives are refused where they could hurt: names that leave the folder, archives within archives, encryption, too many
entries, or more unpacked than any export holds.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError

HEAD_BYTES = 4096
MAX_ENTRIES = 50_000
MAX_UNPACKED = 64 * 2**30
MAX_RATIO = 300
RATIO_FROM = 16 * 2**20
"""Small members may be packed as tightly as they like: a day of one repeated message is no bomb."""
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar", ".gz", ".bz2", ".xz")
COPY_CHUNK = 2**20


class BadSource(WeiluError):
    """The path cannot be read as an export at all."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an export. `name` is its path inside the export, with forward slashes."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def head(self, size: int = HEAD_BYTES) -> bytes:
        with self.open() as handle:
            return handle.read(size)

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def base(self) -> str:
        return PurePosixPath(self.name).name


@contextmanager
def parts_of(path: Path) -> Iterator[list[Part]]:
    """The parts of an export in the order of their names; open for as long as the block runs."""
    if not path.exists():
        raise BadSource(_("There is no file or folder %(path)s.") % {"path": path.name})
    if path.is_dir():
        yield _of_folder(path)
    elif zipfile.is_zipfile(path):
        with _opened_zip(path) as archive:
            yield _of_zip(path.name, archive)
    elif path.name.endswith((".tar", ".tgz", ".tar.gz")) and tarfile.is_tarfile(path):
        with TemporaryDirectory(prefix="weilu-import-") as folder:
            _unpack(path, Path(folder))
            yield _of_folder(Path(folder))
    else:
        yield [_of_file(path, path.name)]


def fingerprint(path: Path) -> str:
    """SHA-256 over the bytes of a file, or over names and bytes of all files of a folder."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(_walk(path))
    for file in files:
        if file != path:
            digest.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape") + b"\0")
        with file.open("rb") as handle:
            while chunk := handle.read(COPY_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _of_folder(path: Path) -> list[Part]:
    return [_of_file(file, file.relative_to(path).as_posix()) for file in sorted(_walk(path))]


def _walk(path: Path) -> Iterator[Path]:
    """Regular files below a folder, without hidden ones; links are not followed."""
    for folder, folders, files in os.walk(path, followlinks=False):
        folders[:] = [name for name in folders if not _hidden(name)]
        for name in files:
            file = Path(folder, name)
            if not _hidden(name) and file.is_file() and not file.is_symlink():
                yield file


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _of_file(file: Path, name: str) -> Part:
    return Part(name, file.stat().st_size, lambda: file.open("rb"))


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise _refused(path.name, _("the zip is damaged")) from None


def _of_zip(file: str, archive: zipfile.ZipFile) -> list[Part]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise _refused(file, _("the archive holds more than %(count)d files") % {"count": MAX_ENTRIES})
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _refused(file, _("unpacked it would be larger than any export; it looks like a zip bomb"))
    for entry in entries:
        _check_entry(file, entry)
    kept = [entry for entry in entries if not any(map(_hidden, entry.filename.split("/")))]
    return [
        Part(e.filename, e.file_size, partial(_open_entry, archive, e))
        for e in sorted(kept, key=lambda e: e.filename)
    ]


def _open_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """A member never gives more bytes than its checked size: `ZipExtFile` stops there, and its CRC then fails."""
    return archive.open(entry)


def _check_entry(file: str, entry: zipfile.ZipInfo) -> None:
    _check_name(file, entry.filename)
    if entry.flag_bits & 1:
        raise _refused(f"{file}/{entry.filename}", _("the archive is encrypted; unpack it first"))
    if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise _refused(
            f"{file}/{entry.filename}",
            _("unpacked it would be %(times)d times as large; it looks like a zip bomb")
            % {"times": entry.file_size // max(entry.compress_size, 1)},
        )


def _check_name(file: str, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise _refused(f"{file}/{name}", _("the archive wants to write outside its folder"))
    if name.lower().endswith(ARCHIVES):
        raise _refused(f"{file}/{name}", _("an archive inside an archive; unpack it first"))


def _unpack(path: Path, folder: Path) -> None:
    """Tars can only be read from front to back, so the JSON files go to a folder of our own, counted as they come."""
    total = count = 0
    try:
        with tarfile.open(path, "r:*") as archive:
            for entry in archive:
                if not entry.isfile():
                    continue
                count, total = count + 1, total + entry.size
                _check_tar(path, entry, count, total)
                if entry.name.endswith(".json"):
                    _unpack_entry(archive, entry, folder)
    except (tarfile.TarError, EOFError, OSError):
        raise _refused(path.name, _("the archive is damaged")) from None


def _check_tar(path: Path, entry: tarfile.TarInfo, count: int, total: int) -> None:
    if not entry.name.endswith(ARCHIVES):
        _check_name(path.name, entry.name)
    if count > MAX_ENTRIES:
        raise _refused(path.name, _("the archive holds more than %(count)d files") % {"count": MAX_ENTRIES})
    if total > RATIO_FROM and total > MAX_RATIO * path.stat().st_size:
        raise _refused(path.name, _("unpacked it would be larger than any export; it looks like a zip bomb"))


def _unpack_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    source = archive.extractfile(entry)
    if source is None:
        return
    target = folder / PurePosixPath(entry.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("wb") as copy:
        while chunk := source.read(COPY_CHUNK):
            copy.write(chunk)


def _refused(file: str, cause: str | Promise) -> BadSource:
    return BadSource(
        gettext("%(place)s: %(cause)s") % {"place": file, "cause": cause}, file=file, line=0, cause=str(cause)
    )
