"""How does the sample brand come in? As one import batch, which undo removes like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from weilu.connectors.imports import actions as imports
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.simulator.brand import BRAND, SOURCE, Options
from weilu.connectors.imports.simulator.generate import play
from weilu.core import clock
from weilu.core.directory.models import Community
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
    """Plays the sample brand into the log, up to this moment, and marks its communities as simulated.

    Raises `AlreadyPlayed` while another sample brand stands here: two of them would share communities.
    """
    there = Batch.objects.filter(format=SOURCE).exclude(state=State.UNDONE).first()
    if there is not None:
        raise AlreadyPlayed(
            _("The sample brand is here already, as import %(batch)s. Undo that import first.")
            % {"batch": there.pk}
        )
    events = _counted(play(options, until=clock.now_ms()), progress)
    batch = imports.bring_in(events, name=BRAND, format_name=SOURCE, viewer=viewer)
    _mark(batch)
    return batch


def _counted(events: Iterable[Incoming], progress: Progress | None) -> Iterator[Incoming]:
    for number, event in enumerate(events, start=1):
        yield event
        if progress and not number % EVERY:
            progress(number)


def _mark(batch: Batch) -> None:
    """Pages show a badge on what nobody lived."""
    for place in batch.survey["communities"]:
        Community.objects.filter(platform=place["platform"], outside=place["outside"]).update(simulated=True)
