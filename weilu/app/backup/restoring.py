"""How does an installation come back from a backup? Copied and checked beside the home first, then moved in, then settled.

The folder `restoring` stands in the home from the first copy to the last step; from the moment the home is touched nothing
starts there, and the same command once more begins anew. What stood in the home before is kept beside, not deleted.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext_lazy as _

from weilu.app.backup import crossing, databases, manifest
from weilu.app.backup.manifest import Manifest
from weilu.core import clock
from weilu.core.errors import Conflict, Unavailable
from weilu.core.events import actions, purge, queries, sequencer, spool
from weilu.core.jobs.locks import only_one
from weilu.core.jobs.pump import LOG, STORE
from weilu.core.warehouse import client
from weilu.core.warehouse.models import Store

UNDER_WAY = "restoring"
TOUCHED, EMPTIED = "touched", "emptied"
"""Marks in that folder: the old home is being moved aside; it is aside (the mark says where) and what stands there is ours."""
ALWAYS_THERE = {"locks", "secret.key", UNDER_WAY, *manifest.APART}
"""With nothing else in it a home counts as empty."""
ASIDE = "replaced-"


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased` accounts had been erased since the backup and are so again; `aside` is where the old home's files stand."""

    head: int
    erased: int
    aside: str


def cut_off() -> bool:
    """Whether a restore has touched this home and not ended."""
    return (_under_way() / TOUCHED).exists()


def refuse_cut_off() -> None:
    """Raises Conflict where half an installation stands here: it must not start."""
    if cut_off():
        raise Conflict(_("A restore was cut off here. Run the same `weilu restore` again."))


def put_back(source: Path, *, replace: bool = False) -> None:
    """Check the backup and move it in; `settle` does the rest. Raises NotFound, Conflict (damaged, running, not empty),
    Unavailable; OSError where the disk is full, and then the home is as it was."""
    found = manifest.read(source)
    if found.database != databases.vendor() and not _crosses(found):
        raise Conflict(
            _("This backup is of another kind of database. Set WEILU_DATABASE_URL as it was then.")
        )
    with only_one("up") as alone, only_one(LOG) as orders_none, only_one(STORE) as loads_none:
        if not (alone and orders_none and loads_none):
            raise Conflict(_("Weilu is running. Stop it before you restore."))
        empty = _is_empty()
        if not (replace or cut_off() or empty):
            raise Conflict(
                _("There is an installation here already. Choose another WEILU_HOME, or add --replace.")
            )
        _copy_checked(source, found)
        _mark(TOUCHED)
        _empty_home(keep=not empty)
        _move_in(found)


def settle() -> Restored:
    """In a process that has read nothing of the old home: bring the tables up to date and erase again who was erased."""
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    if crossing.files_in(_under_way() / "files"):
        crossing.cross(_under_way() / "files")
    sequencer.drain()
    erased = actions.reapply_erasures()
    purge.purge(clock.now())
    Store.objects.all().delete()  # the column store is not the one that these rows tell of: it is loaded anew
    told = _under_way() / EMPTIED
    aside = told.read_text() if told.exists() else ""
    shutil.rmtree(_under_way())
    return Restored(queries.head(), erased, aside)


def _is_empty() -> bool:
    empty = databases.empty()
    return empty and not [
        entry for entry in _others() if not entry.name.startswith(("weilu.sqlite3", "log.sqlite3"))
    ]


def _copy_checked(source: Path, found: Manifest) -> None:
    """Everything is read once: what differs from the manifest is found before anything is touched."""
    target = _under_way() / "files"
    shutil.rmtree(target, ignore_errors=True)
    try:
        target.mkdir(mode=0o700, parents=True)
        for name, expected in found.files.items():
            if not (source / name).is_file() or manifest.copy(source / name, target / name) != expected:
                raise Conflict(_("The backup is damaged: a file in it is missing or was changed."), file=name)
    except BaseException:
        if not cut_off():
            shutil.rmtree(_under_way(), ignore_errors=True)
        raise


def _empty_home(*, keep: bool) -> None:
    """What stood here is moved aside, except what tells of more than any backup does. What an earlier try has moved in goes,
    and so does what holds nothing."""
    connections.close_all()
    with suppress(Unavailable):
        client.stop()
    if keep and not (_under_way() / EMPTIED).exists():
        aside = _home() / f"{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
        aside.mkdir(mode=0o700, exist_ok=True)
        for entry in (*_others(), *_home().glob("secret.key")):
            entry.rename(aside / entry.name)
        _mark(EMPTIED, str(aside))
    for entry in _others():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _move_in(found: Manifest) -> None:
    files = _under_way() / "files"
    if manifest.DUMP in found.files:
        databases.restore_dump(files / manifest.DUMP)
    elif _crosses(found):
        databases.clear()
    left = crossing.files_in(files) if _crosses(found) else []
    for entry in sorted({*files.iterdir()} - {*left}):
        target = _home() / entry.name
        if entry.name != manifest.DUMP and not (entry.name in manifest.APART and target.exists()):
            entry.replace(target)
    spool.sync_folder(_home())


def _crosses(found: Manifest) -> bool:
    """Whether what comes from SQLite goes to PostgreSQL; the other way is none."""
    return (found.database, databases.vendor()) == ("sqlite", "postgresql")


def _home() -> Path:
    return Path(settings.HOME)


def _under_way() -> Path:
    return _home() / UNDER_WAY


def _others() -> list[Path]:
    """What stands in the home beside what is always there and what restores before have moved aside."""
    return [e for e in _home().iterdir() if e.name not in ALWAYS_THERE and not e.name.startswith(ASIDE)]


def _mark(name: str, text: str = "") -> None:
    """Synced, so that it is there before what it tells of happens."""
    path = _under_way() / name
    path.write_text(text)
    spool.sync_folder(path.parent)
