"""How does the sample brand come in? As one import batch, which undo removes like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from weilu.connectors.imports import actions as imports
from weilu.connectors.imports.actions.moves import alone
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.simulator.brand import BRAND, SOURCE, Options
from weilu.connectors.imports.simulator.generate import play
from weilu.core import clock
from weilu.core.errors import Conflict
from weilu.core.events.incoming import Incoming
from weilu.core.operators.access import Viewer

EVERY = 1_000
Progress = Callable[[int], None]
"""Told how many events have been played."""


class AlreadyPlayed(Conflict):
    """A sample brand stands in this installation."""

    code = "already_played"


def stage(options: Options, viewer: Viewer, progress: Progress | None = None) -> Batch:
    """Plays the sample brand into the log, up to this moment; what an interrupted play left goes first.

    Raises `AlreadyPlayed` while another sample brand stands here or is being played: two of them would share communities.
    """
    there = list(_there())
    for batch in there:
        if not _died(batch):
            raise AlreadyPlayed(
                _("The sample brand is here already, as import %(batch)s. Undo that import first.")
                % {"batch": batch.pk}
            )
    events = _counted(play(options, until=clock.now_ms()), progress)
    return imports.bring_in(events, name=BRAND, format_name=SOURCE, viewer=viewer, instead_of=there)


def interrupted() -> bool:
    """Was a sample brand begun and never played to its end? Then it is to be played again."""
    there = list(_there())
    return bool(there) and all(_died(batch) for batch in there)


def _there() -> QuerySet[Batch]:
    return Batch.objects.filter(format=SOURCE).exclude(state=State.UNDONE)


def _died(batch: Batch) -> bool:
    if batch.state == State.DONE:
        return False
    try:
        with alone(batch):
            return True
    except Conflict:
        return False


def _counted(events: Iterable[Incoming], progress: Progress | None) -> Iterator[Incoming]:
    for number, event in enumerate(events, start=1):
        yield event
        if progress and not number % EVERY:
            progress(number)
