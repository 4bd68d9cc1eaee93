"""What does an import keep that names or quotes people, and when does it go?

Our copy of the export goes once it is in, the list of rejected rows after `KEPT`, both at an undo. Whom the rows of a file
name cannot be told for certain, so where one person is erased all such files go, and uploads that are not in yet.
"""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from weilu.connectors.imports.actions.receiving import forget
from weilu.connectors.imports.models import Batch, State
from weilu.core.directory import queries as directory
from weilu.core.directory.forgetting import names
from weilu.core.errors import Conflict
from weilu.core.events import actions as log

KEPT = dt.timedelta(days=30)
UNSURE = dt.timedelta(days=2)
"""An undo that died half-way is finished by the next run of the job."""
AT_WORK = (State.CONFIRMED, State.RUNNING)
QUOTING = ("columns", "mapping", "reasons", "notes")
"""Parts of a survey that repeat what stood in the file."""


def forget_person(identity: int) -> None:
    """Somebody is erased. An import under way goes on: what it tells of them comes in nameless."""
    words = directory.called(identity)
    for batch in Batch.objects.order_by("pk"):
        if batch.started_at is None and batch.state not in AT_WORK:
            forget(batch)
            continue
        _drop_files(batch, rejected_only=batch.state in AT_WORK)
        _redact(batch, words)
        batch.save(update_fields=["name", "path", "options", "survey", "error"])


def blank(batch: Batch) -> dict[str, Any]:
    """Fields of an undone import: its figures stay, not what they were called."""
    plain = {
        name: found
        for name, found in batch.survey.items()
        if name not in (*QUOTING, "communities", "bridges")
    }
    return {
        "name": _number_of(batch),
        "path": "",
        "error": "",
        "survey": {**plain, **_quoting(), "communities": [], "bridges": {}},
        "options": {**batch.options, "community": "", "mapping": {}},
    }


def tidy(now: dt.datetime) -> None:
    """What has lain too long, what nobody owns, and undos that died half-way."""
    for batch in Batch.objects.exclude(state__in=AT_WORK).filter(touched_at__lt=now - KEPT):
        _let_expire(batch)
    for batch in Batch.objects.filter(state=State.UNDONE, undone_at__gte=now - UNSURE):
        log.retract_batch(batch.pk)
        shutil.rmtree(batch.folder, ignore_errors=True)
    _sweep()


def _let_expire(batch: Batch) -> None:
    if batch.started_at is None and batch.state in (State.READING, State.PREVIEWED, State.FAILED):
        with suppress(Conflict):
            forget(batch)
    elif batch.folder.exists():
        _drop_files(batch)
        batch.survey = {**batch.survey, **_quoting()}
        batch.save(update_fields=["survey"])


def _drop_files(batch: Batch, *, rejected_only: bool = False) -> None:
    if rejected_only:
        batch.rejected_file.unlink(missing_ok=True)
    else:
        shutil.rmtree(batch.folder, ignore_errors=True)


def _redact(batch: Batch, words: frozenset[str]) -> None:
    """Take out of the row what may quote anybody, and what is called like this person."""
    survey, options = {**batch.survey, **_quoting()}, dict(batch.options)
    survey["bridges"] = {
        account: one
        for account, one in survey.get("bridges", {}).items()
        if account.split("/", 1)[-1] not in words
    }
    survey["communities"] = [
        one for one in survey.get("communities", []) if not words & {one["name"], one["outside"]}
    ]
    if _speaks_of(options.get("community", ""), words):
        options["community"] = ""
    if _speaks_of(batch.name, words):
        batch.name = _number_of(batch)
    if batch.state in (State.DONE, State.UNDONE):
        batch.path = ""
    elif batch.state == State.FAILED and (batch.stored or _speaks_of(batch.path, words)):
        batch.path = str(batch.folder / "export")  # not there any more, and that is what going on will say
    batch.error = batch.error and _("The import was interrupted.")
    batch.survey, batch.options = survey, options


def _speaks_of(text: str, words: frozenset[str]) -> bool:
    return names(text, [word.casefold() for word in words])


def _quoting() -> dict[str, Any]:
    return {"columns": [], "mapping": {}, "reasons": [], "notes": []}


def _number_of(batch: Batch) -> str:
    """A name for an import whose file was called after somebody."""
    return f"import-{batch.pk}{Path(batch.name).suffix[:8]}"


def _sweep() -> None:
    """Folders whose import was thrown away while it was being read."""
    root = Path(settings.HOME) / "files" / "imports"
    known = {str(pk) for pk in Batch.objects.values_list("pk", flat=True)}
    for folder in root.iterdir() if root.exists() else ():
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)
