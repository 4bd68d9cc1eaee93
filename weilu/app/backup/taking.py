"""How is a backup taken while everything runs? The log stands still for the moment in which the databases are held fast.

It grows under another name and gets its own at the end: one that was cut off is never taken for a whole one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from weilu.app.backup import databases, manifest
from weilu.app.backup.manifest import Manifest
from weilu.core import clock
from weilu.core.errors import Conflict, Unavailable
from weilu.core.events import queries, sealed, spool
from weilu.core.events.lock import lock
from weilu.core.events.models import SegmentFile

TRIES = 3
Files = dict[str, tuple[int, str]]


def take(target: Path) -> Manifest:
    """Write a backup into the folder `target`, which must not be there yet. Raises Conflict; OSError where the disk is full,
    and then leaves nothing."""
    if target.exists():
        raise Conflict(_("This folder exists already. Choose another one for the backup."))
    part = target.with_name(target.name + ".part")
    for _try in range(TRIES):
        shutil.rmtree(part, ignore_errors=True)
        try:
            made = _take(part)
        except FileNotFoundError:
            continue  # a sealed file was rewritten meanwhile
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        part.rename(target)
        spool.sync_folder(target.parent)
        return made
    raise Unavailable(_("The log was being rewritten all the time. Try again in a moment."))


def _take(part: Path) -> Manifest:
    part.mkdir(mode=0o700, parents=True)
    files: Files = {}
    with databases.held() as held:
        with lock():
            held.fast()
            head = queries.head()
            segments = list(SegmentFile.objects.values_list("path", flat=True))
            files |= _copy_spool(part)
        files |= held.write(part)
    for name in segments:
        files[f"log/{name}"] = manifest.copy(sealed.folder() / name, part / "log" / name)
    files |= _copy_rest(part)
    made = Manifest(clock.now().isoformat(), version("weilu"), databases.vendor(), head, files)
    _sync_folders(part)
    manifest.write(made, part)
    return made


def _copy_spool(part: Path) -> Files:
    """Under the lock, so that what is not in the log yet is here, and nothing is missing in both."""
    return {
        f"spool/{path.name}": manifest.copy(path, part / "spool" / path.name)
        for path in sorted(spool.folder().glob("*" + spool.SUFFIX))
    }


def _copy_rest(part: Path) -> Files:
    home, files = Path(settings.HOME), Files()
    for path in manifest.rest_of(home):
        with suppress(FileNotFoundError):  # an upload that was thrown away meanwhile
            files[path.as_posix()] = manifest.copy(home / path, part / path)
    return files


def _sync_folders(part: Path) -> None:
    for folder, _folders, _files in os.walk(part):
        spool.sync_folder(Path(folder))
