"""How far are the conclusions (states, tiers), and what would have been concluded with the knowledge of then?

Imports go down only, so the room that draws conclusions is asked through this registry, filled in `app.registry`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError
from weilu.core.jobs.locks import only_one
from weilu.core.jobs.pump import STORE

Known = Callable[["tuple[int, ...] | None", int, int], Iterable[tuple[int, int, str]]]
"""(communities, moment in ms, log position) → (scope, member, value) just before the moment. Communities None: also
scope 0, each person over all of them."""

REST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """`stamp` changes whenever a stored conclusion may have; `reached` is the log position they are drawn up to; `run` draws
    the next ones."""

    stamp: Callable[[], object]
    reached: Callable[[], int]
    run: Callable[[], int]


_known: dict[str, Known] = {}
_progress: list[Progress] = []


def register(known: Mapping[str, Known], progress: Progress | None = None) -> None:
    """Called once from `app.registry`: what the knowledge of then would conclude, by key (`state`, `tier`)."""
    _known.update(known)
    if progress is not None:
        _progress[:] = [progress]


def stamp() -> object:
    """Something that differs whenever a stored conclusion may differ."""
    return [one.stamp() for one in _progress]


def wait_until(position: int, seconds: float) -> int:
    """Until conclusions are drawn up to a position, at most so long; lends a hand where no worker is at it. Returns how far they
    are."""
    end = time.monotonic() + seconds
    for one in _progress:
        while one.reached() < position and time.monotonic() < end:
            with only_one(STORE) as held:
                moved = one.run() if held else 0
            if not moved and one.reached() < position:
                time.sleep(REST_SECONDS)
    return min([position, *(one.reached() for one in _progress)])


def known(
    key: str, communities: tuple[int, ...] | None, moment_ms: int, position: int
) -> Iterable[tuple[int, int, str]]:
    """The conclusions of one key at a moment, with the knowledge of a position. Raises WeiluError where nobody can say."""
    if key not in _known:
        raise WeiluError(_("This figure cannot be shown with the knowledge of a past day."))
    return _known[key](communities, moment_ms, position)
