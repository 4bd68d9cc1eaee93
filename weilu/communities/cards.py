"""What else stands on a community's page? Rooms above this one add their cards in `app.registry`. Each is fetched by a request
of its own, so that the page does not wait for what is long to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer


@dataclass(frozen=True, slots=True)
class Card:
    """`read` gives what the template shows; until that is there, `title` stands with a link to `address`, the room's own page.
    `decided` differs whenever somebody decided something that it shows: what is drawn is
    kept as long as neither that nor the facts changed. A card holds links and no forms, since it is drawn for many."""

    slug: str
    title: str | Promise
    address: Callable[[int], str]
    template: str
    read: Callable[[Viewer, Span, Community], Mapping[str, Any]]
    decided: Callable[[int], object] = lambda _community: None


_cards: list[Card] = []


def register(cards: Iterable[Card]) -> None:
    """Called once from `app.registry`; once more changes nothing."""
    _cards.extend(card for card in cards if card not in _cards)


def registered() -> tuple[Card, ...]:
    return tuple(_cards)


def find(slug: str) -> Card | None:
    return next((card for card in _cards if card.slug == slug), None)
