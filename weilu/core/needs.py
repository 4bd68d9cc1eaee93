"""Where must somebody act? Every step may name its needs; the page of today shows them with the button that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from weilu.core.errors import Unavailable
from weilu.core.operators.access import Viewer

BAD, WARN, NOTE = "bad", "warn", "note"
TONES = (BAD, WARN, NOTE)


@dataclass(frozen=True, slots=True)
class Need:
    """A sentence that an operator would say, its evidence, and the button that leads to the deed."""

    sentence: str | Promise
    href: str
    button: str | Promise
    evidence: str | Promise = ""
    tone: str = WARN


Provider = Callable[[Viewer], Iterable[Need]]

_providers: list[Provider] = []


def register(providers: Iterable[Provider]) -> None:
    """Called once from `app.registry`."""
    _providers.extend(one for one in providers if one not in _providers)


def gather(viewer: Viewer) -> list[Need]:
    """All needs that this viewer may see, the urgent first. A provider whose figures cannot be read is left out."""
    found: list[Need] = []
    for provider in _providers:
        try:
            found.extend(provider(viewer))
        except Unavailable:
            continue
    return sorted(found, key=lambda need: TONES.index(need.tone))
