"""How does an export reach us? Left where it is, or uploaded into a folder of the batch."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _

from weilu.connectors.imports import queries
from weilu.connectors.imports.actions.moves import move, not_now
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import BadSource, fingerprint, parts_of
from weilu.core import clock
from weilu.core.operators.access import Viewer


class Upload(Protocol):
    """A file on its way in, given in pieces."""

    name: str | None

    def chunks(self) -> Iterator[bytes]: ...


def open_path(path: Path, format_name: str, options: dict[str, Any], viewer: Viewer) -> Batch:
    """An export that stays where it is. One of the same bytes that was interrupted is taken up again."""
    path = path.resolve()
    with parts_of(path) as parts:
        chosen = choose(format_name, parts, path.name)
        size = sum(part.size for _reader, own in chosen for part in own)
    sha256 = fingerprint(path)
    begun = queries.unfinished(format_name, sha256, options)
    if begun is not None:
        return _again(begun, path)
    return create(
        format=format_name,
        name=path.name,
        path=str(path),
        sha256=sha256,
        size=size,
        options=options,
        viewer=viewer,
    )


def receive(files: Sequence[Upload], format_name: str, options: dict[str, Any], viewer: Viewer) -> Batch:
    """Uploaded files: streamed into a folder of the batch. One file keeps its name, several stand in a folder of their own."""
    batch = create(format=format_name, name=_name_of(files), stored=True, options=options, viewer=viewer)
    try:
        target = batch.folder / "export"
        target.mkdir(mode=0o700, parents=True)
        for file in files:
            _store(file, target / Path(file.name or "export").name)
        path = target / Path(files[0].name or "export").name if len(files) == 1 else target
        with parts_of(path) as parts:
            chosen = choose(format_name, parts, batch.name)
            batch.size = sum(part.size for _reader, own in chosen for part in own)
        batch.format = chosen[0][0].format
        batch.path, batch.sha256 = str(path), fingerprint(path)
        batch.save()
    except BaseException:
        forget(batch)
        raise
    return batch


def forget(batch: Batch) -> None:
    """A batch that never wrote goes without a trace, with our copy of its files."""
    if batch.started_at is not None:
        raise not_now(batch)
    shutil.rmtree(batch.folder, ignore_errors=True)
    batch.delete()


def create(
    *, format: str, name: str, options: dict[str, Any], viewer: Viewer, path: str = "", sha256: str = "",
    size: int = 0, stored: bool = False,
) -> Batch:  # fmt: skip
    now = clock.now()
    return Batch.objects.create(
        format=format, name=name[:255], path=path, sha256=sha256, size=size, stored=stored, options=options,
        by=viewer.operator_id or None, created_at=now, touched_at=now,
    )  # fmt: skip


def _again(batch: Batch, path: Path) -> Batch:
    """An interrupted one goes on where it was; one that only waited is read anew, since the log has moved on."""
    batch.path, batch.touched_at = str(path), clock.now()
    batch.save(update_fields=["path", "touched_at"])
    looked = batch.started_at is not None and batch.survey
    if not looked and batch.state in (State.PREVIEWED, State.FAILED):
        return move(batch, State.READING, read=0)
    return batch


def _name_of(files: Sequence[Upload]) -> str:
    first = Path(files[0].name or "export").name
    return (
        first
        if len(files) == 1
        else _("%(first)s and %(more)d more") % {"first": first, "more": len(files) - 1}
    )


def _store(file: Upload, target: Path) -> None:
    try:
        copy = target.open("xb")
    except FileExistsError:
        raise BadSource(
            _("Two of the files are called “%(name)s”. Put them into a zip.") % {"name": target.name}
        )
    with copy:
        for chunk in file.chunks():
            copy.write(chunk)
