"""How does an export come in, once confirmed, and how does it go out again?"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from django.db import transaction
from django.utils.translation import gettext as _

from weilu.connectors.imports import queries, survey
from weilu.connectors.imports.actions.forgetting import blank
from weilu.connectors.imports.actions.moves import Progress, Teller, alone, move, not_now, touch
from weilu.connectors.imports.actions.receiving import create
from weilu.connectors.imports.actions.straight import bring_straight, sentence
from weilu.connectors.imports.contract import Rejected, Tally
from weilu.connectors.imports.decisions import IMPORT_CONFIRMED
from weilu.connectors.imports.models import BUSY, Batch, State
from weilu.core import clock
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.errors import Unavailable
from weilu.core.events import actions as log
from weilu.core.events import queries as log_queries
from weilu.core.events import sequencer
from weilu.core.events.incoming import Incoming
from weilu.core.jobs import pump
from weilu.core.operators import audit
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import loader

logger = logging.getLogger("weilu.imports")
EVERY = 2_000
"""Events between two reports of progress."""
VISIBLE_SECONDS = 1_800.0
SLICE_SECONDS = 1.0
STANDSTILL_SECONDS = 60.0


@transaction.atomic
def confirm(batch: Batch, viewer: Viewer) -> Batch:
    """PREVIEWED, FAILED or dead → CONFIRMED. The decision is recorded with the extent that was shown. One that did not come
    from a file cannot go on: there is nothing to read again."""
    if batch.state in (State.CONFIRMED, State.RUNNING):
        give_up(batch, clock.now())
    if not batch.path or (batch.state == State.FAILED and batch.started_at is None):
        raise not_now(batch)
    move(batch, State.CONFIRMED, error="", touched_at=clock.now())
    _decided(batch, viewer)
    return batch


def run(
    batch: Batch, progress: Progress | None = None, *, viewer: Viewer | None = None, visible: float = VISIBLE_SECONDS
) -> Batch:  # fmt: skip
    """Write everything into the log and wait until the pages show it: CONFIRMED (or an interrupted RUNNING) → DONE.

    Done again after a crash it continues: what is in already is known by its key. Where nobody wants to look first (READING),
    it is read once only, and `viewer` has decided that it comes in whatever it holds. Raises Conflict while another process
    is at it.
    """
    with alone(batch):
        batch.refresh_from_db()
        return _run(batch, progress, viewer, visible)


def _run(batch: Batch, progress: Progress | None, viewer: Viewer | None, visible: float) -> Batch:
    began = time.monotonic()
    straight = batch.state == State.READING or not batch.survey
    if straight:
        bring_straight(batch, progress)
    else:
        now = clock.now()
        move(batch, State.RUNNING, started_at=batch.started_at or now, touched_at=now, read=0)
    try:
        if not straight:
            _write(batch, Teller(batch, "write", progress))
        _show(batch, visible, progress)
    except Exception as error:
        move(batch, State.FAILED, error=sentence(error), finished_at=clock.now())
        raise
    with transaction.atomic():
        _finish(batch, time.monotonic() - began)
        if viewer is not None:
            _decided(batch, viewer)
    return batch


def bring_in(
    events: Iterable[Incoming], *, name: str, format_name: str, viewer: Viewer, instead_of: Iterable[Batch] = ()
) -> Batch:  # fmt: skip
    """Events that do not come from a file, as one batch of their own that undo removes. `instead_of` are undone before: those
    that died over the same. The new batch stands by then, so that one of them always tells that it was wanted."""
    with ExitStack() as ours:
        with transaction.atomic():
            batch = create(format=format_name, name=name, options={}, viewer=viewer)
            ours.enter_context(alone(batch))
            now = clock.now()
            move(batch, State.PREVIEWED)
            move(batch, State.CONFIRMED)
            move(batch, State.RUNNING, started_at=now, touched_at=now)
        for dead in instead_of:
            undo(dead, viewer, visible=0)
        try:
            _bring_in(batch, events)
        except Exception as error:
            move(batch, State.FAILED, error=sentence(error), finished_at=clock.now())
            raise
    return batch


def _bring_in(batch: Batch, events: Iterable[Incoming]) -> None:
    began, census, found = time.monotonic(), survey.Census(), survey.Found()
    log.append(census.watching(events), batch=batch.pk)
    census.sum_up(found, {})
    found.rows = found.events
    batch.survey = found.as_dict()
    batch.save(update_fields=["survey"])
    _show(batch, VISIBLE_SECONDS, None)
    _finish(batch, time.monotonic() - began)


@transaction.atomic
def _decided(batch: Batch, viewer: Viewer) -> None:
    """That it should come in: once, whoever takes it up again."""
    if batch.decision is not None:
        return
    evidence = {name: batch.survey.get(name, 0) for name in ("rows", "events", "duplicates", "rejected")}
    decision = decisions.decide(
        IMPORT_CONFIRMED, subject=("import", batch.pk), evidence=evidence, by=viewer.operator_id
    )
    batch.decision = decision.pk
    batch.save(update_fields=["decision"])
    audit.record(viewer, "import.confirmed", batch, events=evidence["events"])


def undo(batch: Batch, viewer: Viewer, reason: str = "", *, visible: float = VISIBLE_SECONDS) -> Batch:
    """DONE, FAILED or dead → UNDONE: its claims are dropped, what nobody else claims leaves the log; the decision is taken back."""
    if batch.state in BUSY:
        give_up(batch, clock.now())
    with transaction.atomic():
        move(batch, State.UNDONE, undone_at=clock.now(), **blank(batch))
        audit.record(viewer, "import.undone", batch)
        made = Decision.objects.filter(pk=batch.decision).first() if batch.decision else None
        if made is not None:
            decisions.undo(made, by=viewer.operator_id, reason=reason)
    log.retract_batch(batch.pk)
    shutil.rmtree(batch.folder, ignore_errors=True)
    if visible:
        _caught_up()
    return batch


def give_up(batch: Batch, now: dt.datetime) -> Batch:
    """One whose process died is marked so, after which it can be continued or undone. Raises Conflict while somebody is at it,
    and where it may only wait for a worker."""
    with alone(batch):
        if batch.state != State.RUNNING and not batch.is_stale(now):
            raise not_now(batch)
        return move(batch, State.FAILED, error=_("The import was interrupted."), finished_at=now)


def _write(batch: Batch, tell: Teller) -> None:
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
    """To the pages, as far as their parts are up; into the log in any case, so that the figures are certain."""
    expected = batch.survey.get("events", 0)
    while sequencer.run_once():  # here, while a worker loads what is in the log already
        _tell_order(batch, expected, progress)
    until = time.monotonic() + seconds
    watch = _Standstill()
    shown = not seconds
    while not shown and time.monotonic() < until and not watch.stands():
        shown = _caught_up()
        _tell_order(batch, expected, progress)
    while sequencer.run_once():
        touch(batch)
    if not shown:
        logger.warning("import is in the log but does not show yet", extra={"batch": batch.pk})


def _tell_order(batch: Batch, expected: int, progress: Progress | None) -> None:
    handled = log_queries.tally(batch.pk)
    if progress:
        progress("show", min(handled.new + handled.repeated, expected), expected)
    touch(batch)


def _caught_up() -> bool:
    """One second's worth of carrying, here or by the worker that does it already."""
    try:
        return pump.catch_up(SLICE_SECONDS)
    except Unavailable:
        time.sleep(SLICE_SECONDS)
        return False


class _Standstill:
    """Has nothing reached the log or the pages for a while? Then a part is down, and waiting on is of no use."""

    def __init__(self) -> None:
        self._seen: tuple[int, int] = (-1, -1)
        self._since = time.monotonic()

    def stands(self) -> bool:
        now = (log_queries.head(), loader.loaded())
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        return time.monotonic() - self._since > STANDSTILL_SECONDS


def _finish(batch: Batch, seconds: float) -> None:
    new = log_queries.tally(batch.pk).new
    found = {**batch.survey, "duplicates": batch.survey["events"] - new}
    move(
        batch, State.DONE,
        survey=found,
        events=new,
        duplicates=found["duplicates"],
        members=queries.members_of(batch),
        communities=found["community_count"],
        first_ms=found["first_ms"],
        last_ms=found["last_ms"],
        rows=found["rows"],
        read=batch.size,
        seconds=batch.seconds + seconds,
        finished_at=clock.now(),
    )  # fmt: skip
    if batch.stored:
        shutil.rmtree(batch.folder / "export", ignore_errors=True)
