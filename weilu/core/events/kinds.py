"""What can happen? Every event kind is declared once and registered in `app.registry`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Properties = dict[str, "str | int | float | bool"]
Upcaster = Callable[[Properties], Properties]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, named in the past tense.

    `interaction` says whether doing it counts as taking part (lifecycle, DAU).
    `upcasters[n]` turns the properties of version n into those of version n + 1.
    `label` is shown to operators and may be lazily translated.
    """

    slug: str
    label: object
    version: int = 1
    interaction: bool = False
    upcasters: Mapping[int, Upcaster] | None = None


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Called once from `app.registry`; a slug declared twice is an error of ours."""
    for kind in kinds:
        if kind.slug in _kinds and _kinds[kind.slug] != kind:
            raise ValueError(f"event kind {kind.slug} is declared twice")
        _kinds[kind.slug] = kind


def all_kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


def find(slug: str) -> Kind | None:
    return _kinds.get(slug)


def interactions() -> tuple[str, ...]:
    """Slugs of the kinds that count as taking part, in order of registration."""
    return tuple(kind.slug for kind in _kinds.values() if kind.interaction)
