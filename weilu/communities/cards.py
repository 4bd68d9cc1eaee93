"""What else stands on a community's page? Rooms above this one add their cards in `app.registry`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer


@dataclass(frozen=True, slots=True)
class Card:
    """`read` gives what the template shows. `decided` differs whenever somebody decided something that it shows: what is drawn is
    kept as long as neither that nor the facts changed. A card holds links and no forms, since it is drawn for many."""

    slug: str
    template: str
    read: Callable[[Viewer, Span, Community], Mapping[str, Any]]
    decided: Callable[[int], object] = lambda _community: None


_cards: list[Card] = []


def register(cards: Iterable[Card]) -> None:
    """Called once from `app.registry`; once more changes nothing."""
    _cards.extend(card for card in cards if card not in _cards)


def registered() -> tuple[Card, ...]:
    return tuple(_cards)
