"""How does a batch change its state, and how does it tell how far it is? One legal move for one mover."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from weilu.connectors.imports.models import MOVES, Batch, State
from weilu.core import clock
from weilu.core.errors import Conflict
from weilu.core.jobs.locks import only_one

TOUCH_SECONDS = 1.0

Progress = Callable[[str, int, int], None]
"""Told what is being done (`read`, `write`, `show`), and how many bytes or events of how many."""


def move(batch: Batch, to: str, **fields: Any) -> Batch:
    """One legal move, for one mover: the row changes only if it still stands where we saw it."""
    if to not in MOVES[batch.state]:
        raise not_now(batch)
    moved = Batch.objects.filter(pk=batch.pk, state=batch.state).update(state=to, **fields)
    if not moved:
        raise not_now(batch)
    batch.state = to
    for name, value in fields.items():
        setattr(batch, name, value)
    return batch


def not_now(batch: Batch) -> Conflict:
    return Conflict(
        _("Import %(batch)d is now “%(state)s”, so this cannot be done. Load the page again.")
        % {"batch": batch.pk, "state": State(batch.state).label}
    )


@contextmanager
def alone(batch: Batch) -> Iterator[None]:
    """While it lasts nobody else reads this import, brings it in or gives it up; who dies lets go of it. Raises Conflict
    where another process is at it."""
    with only_one(f"import-{batch.pk}") as ours:
        if not ours:
            raise Conflict(
                _("Another process is at work on import %(batch)d. Wait until it has ended.")
                % {"batch": batch.pk}
            )
        yield


def touch(batch: Batch, **fields: Any) -> None:
    busy = Batch.objects.filter(pk=batch.pk, state__in=(State.READING, State.RUNNING))
    if not busy.update(touched_at=clock.now(), **fields):
        raise Conflict(_("The import was stopped by somebody else."))


class Teller:
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
            touch(self._batch, read=read)
