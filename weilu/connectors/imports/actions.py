"""How does an export come in, and how does it go out again? The only writers of batches."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from weilu.connectors.imports import queries, survey
from weilu.connectors.imports.contract import Rejected, Tally
from weilu.connectors.imports.decisions import IMPORT_CONFIRMED
from weilu.connectors.imports.models import MOVES, Batch, State
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import fingerprint, parts_of
from weilu.core import clock
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.errors import Conflict, WeiluError
from weilu.core.events import actions as log
from weilu.core.events import queries as log_queries
from weilu.core.events import sequencer
from weilu.core.events.incoming import Incoming
from weilu.core.jobs import pump
from weilu.core.operators import audit
from weilu.core.operators.access import Viewer

logger = logging.getLogger("weilu.imports")
TOUCH_SECONDS = 1.0
EVERY = 2_000
"""Events between two looks at the clock."""
VISIBLE_SECONDS = 600.0

Progress = Callable[[str, int, int], None]
"""Told what is being done (`read`, `write`, `show`), and how many bytes of how many."""


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
    return _create(
        format=format_name,
        name=path.name,
        path=str(path),
        sha256=sha256,
        size=size,
        options=options,
        viewer=viewer,
    )


def receive(files: list[Upload], format_name: str, options: dict[str, Any], viewer: Viewer) -> Batch:
    """Uploaded files: streamed into a folder of the batch. One file keeps its name, several stand in a folder of their own."""
    batch = _create(format=format_name, name=_name_of(files), stored=True, options=options, viewer=viewer)
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


def read(batch: Batch, progress: Progress | None = None) -> Batch:
    """Read the whole export without writing: READING → PREVIEWED, or FAILED with the sentence that is raised."""
    options, tell = queries.options_of(batch), _Teller(batch, "read", progress)
    try:
        with parts_of(Path(batch.path)) as parts:
            chosen = choose(batch.format, parts, batch.name)
            found = survey.read_through(chosen, options, batch.rejected_file, tell)
    except WeiluError as error:
        _move(batch, State.FAILED, error=str(error), finished_at=clock.now())
        raise
    return _move(
        batch, State.PREVIEWED, survey=found.as_dict(), rejected=found.rejected, rows=found.rows, error=""
    )


def change(batch: Batch, options: dict[str, Any]) -> Batch:
    """The operator wants it read otherwise; the preview is made anew by `read`."""
    return _move(batch, State.READING, options={**batch.options, **options}, read=0)


def switch_bridge(batch: Batch, follow: bool) -> Batch:
    """Changes whose messages they are, not which events there are; the preview stands."""
    if batch.state != State.PREVIEWED:
        raise _not_now(batch)
    batch.options = {**batch.options, "bridge": follow}
    batch.save(update_fields=["options"])
    return batch


@transaction.atomic
def confirm(batch: Batch, viewer: Viewer) -> Batch:
    """PREVIEWED or FAILED → CONFIRMED. The decision is recorded with the extent that was shown."""
    if not batch.survey:
        raise _not_now(batch)
    _move(batch, State.CONFIRMED, error="", touched_at=clock.now())
    if batch.decision is None:
        evidence = {name: batch.survey[name] for name in ("rows", "events", "duplicates", "rejected")}
        decision = decisions.decide(
            IMPORT_CONFIRMED, subject=("import", batch.pk), evidence=evidence, by=viewer.operator_id
        )
        batch.decision = decision.pk
        batch.save(update_fields=["decision"])
        audit.record(viewer, "import.confirmed", batch, events=batch.survey["events"])
    return batch


def run(batch: Batch, progress: Progress | None = None, *, visible: float = VISIBLE_SECONDS) -> Batch:
    """Write everything into the log and wait until the pages show it: CONFIRMED (or an interrupted RUNNING) → DONE.

    Done again after a crash it continues: what is in already is known by its key.
    """
    began = time.monotonic()
    now = clock.now()
    _move(batch, State.RUNNING, started_at=batch.started_at or now, touched_at=now, read=0)
    try:
        _write(batch, _Teller(batch, "write", progress))
        _show(batch, visible, progress)
    except Exception as error:
        sentence = (
            str(error)
            if isinstance(error, WeiluError)
            else _("Something of ours broke; the log has the details.")
        )
        _move(batch, State.FAILED, error=sentence, finished_at=clock.now())
        raise
    _finish(batch, time.monotonic() - began)
    return batch


def bring_in(events: Iterable[Incoming], *, name: str, format_name: str, viewer: Viewer) -> Batch:
    """Events that do not come from a file, as one batch of their own that undo removes."""
    batch = _create(format=format_name, name=name, options={}, viewer=viewer)
    began, now = time.monotonic(), clock.now()
    _move(batch, State.PREVIEWED)
    _move(batch, State.CONFIRMED)
    _move(batch, State.RUNNING, started_at=now, touched_at=now)
    census = survey.Census()
    log.append(census.watching(events), batch=batch.pk)
    found = survey.Found()
    census.sum_up(found, {})
    found.rows = found.events
    batch.survey = found.as_dict()
    batch.save(update_fields=["survey"])
    _show(batch, VISIBLE_SECONDS, None)
    _finish(batch, time.monotonic() - began)
    return batch


def undo(batch: Batch, viewer: Viewer, reason: str = "") -> Batch:
    """DONE or FAILED → UNDONE: its claims are dropped, what nobody else claims leaves the log; the decision is taken back."""
    with transaction.atomic():
        _move(batch, State.UNDONE, undone_at=clock.now())
        audit.record(viewer, "import.undone", batch)
        made = Decision.objects.filter(pk=batch.decision).first() if batch.decision else None
        if made is not None:
            decisions.undo(made, by=viewer.operator_id, reason=reason)
    log.retract_batch(batch.pk)
    shutil.rmtree(batch.folder, ignore_errors=True)
    pump.catch_up(VISIBLE_SECONDS)
    return batch


def give_up(batch: Batch, now: dt.datetime) -> Batch:
    """A run that died is marked so, after which it can be continued or undone."""
    if not batch.is_stale(now):
        raise _not_now(batch)
    return _move(batch, State.FAILED, error=_("The import was interrupted."), finished_at=now)


def forget(batch: Batch) -> None:
    """A batch that never wrote goes without a trace, with our copy of its files."""
    if batch.started_at is not None:
        raise _not_now(batch)
    shutil.rmtree(batch.folder, ignore_errors=True)
    batch.delete()


def _create(
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
    if batch.started_at is None and batch.state in (State.PREVIEWED, State.FAILED):
        return _move(batch, State.READING, read=0)
    return batch


def _name_of(files: list[Upload]) -> str:
    first = Path(files[0].name or "export").name
    return (
        first
        if len(files) == 1
        else _("%(first)s and %(more)d more") % {"first": first, "more": len(files) - 1}
    )


def _store(file: Upload, target: Path) -> None:
    with target.open("xb") as copy:
        for chunk in file.chunks():
            copy.write(chunk)


def _write(batch: Batch, tell: _Teller) -> None:
    tally = Tally()

    def events() -> Iterator[Incoming]:
        for number, item in enumerate(queries.feed(batch, tally), start=1):
            if not isinstance(item, Rejected):
                yield item
            if not number % EVERY:
                tell(tally.bytes_read())

    log.append(events(), batch=batch.pk)
    tell(batch.size)


def _show(batch: Batch, seconds: float, progress: Progress | None) -> None:
    """Into the log first, so that the figures are certain; then to the pages, as far as their parts are up."""
    expected, handled = batch.survey.get("events", 0), 0
    while step := sequencer.run_once():
        handled += step
        if progress:
            progress("show", min(handled, expected), expected)
        _touch(batch)
    if seconds and not pump.catch_up(seconds):
        logger.warning("import is in the log but does not show yet", extra={"batch": batch.pk})


def _finish(batch: Batch, seconds: float) -> None:
    new = log_queries.tally(batch.pk).new
    found = batch.survey
    _move(
        batch, State.DONE,
        events=new,
        duplicates=found["events"] - new,
        members=queries.members_of(batch),
        communities=found["community_count"],
        first_ms=found["first_ms"],
        last_ms=found["last_ms"],
        rows=found["rows"],
        read=batch.size,
        seconds=seconds,
        finished_at=clock.now(),
    )  # fmt: skip
    if batch.stored:
        shutil.rmtree(batch.folder / "export", ignore_errors=True)


def _move(batch: Batch, to: str, **fields: Any) -> Batch:
    """One legal move, for one mover: the row changes only if it still stands where we saw it."""
    if to not in MOVES[batch.state]:
        raise _not_now(batch)
    moved = Batch.objects.filter(pk=batch.pk, state=batch.state).update(state=to, **fields)
    if not moved:
        raise _not_now(batch)
    batch.state = to
    for name, value in fields.items():
        setattr(batch, name, value)
    return batch


def _not_now(batch: Batch) -> Conflict:
    return Conflict(
        _("Import %(batch)d is now “%(state)s”, so this cannot be done. Load the page again.")
        % {"batch": batch.pk, "state": State(batch.state).label}
    )


def _touch(batch: Batch, **fields: Any) -> None:
    busy = Batch.objects.filter(pk=batch.pk, state__in=(State.READING, State.RUNNING))
    if not busy.update(touched_at=clock.now(), **fields):
        raise Conflict(_("The import was stopped by somebody else."))


class _Teller:
    """Writes progress into the row about once a second, and tells whoever watches."""

    def __init__(self, batch: Batch, phase: str, progress: Progress | None) -> None:
        self._batch, self._phase, self._progress = batch, phase, progress
        self._last = 0.0

    def __call__(self, read: int) -> None:
        now = time.monotonic()
        if self._progress:
            self._progress(self._phase, read, self._batch.size)
        if now - self._last >= TOUCH_SECONDS:
            self._last = now
            _touch(self._batch, read=read)
