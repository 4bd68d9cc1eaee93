"""What can happen? Every event kind is declared once and registered in `app.registry`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Properties = dict[str, "str | int | float | bool"]
Upcaster = Callable[[Properties], Properties]
CLAIMED, ALIASED = "claimed", "aliased"
LONGEST_OWN = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event, named in the past tense.

    `interaction` says whether doing it counts as taking part (lifecycle, DAU).
    `joins` says that an event's target is the same person as its actor: `claimed` where the source knows the target as
    an anonymous id (a device), `aliased` where it only says that both are one. See `directory.joining`.
    `upcasters[n]` turns the properties of version n into those of version n + 1.
    `label` is shown to operators and may be lazily translated.
    """

    slug: str
    label: object
    version: int = 1
    interaction: bool = False
    upcasters: Mapping[int, Upcaster] | None = None
    joins: str = ""


_kinds: dict[str, Kind] = {}
_joining: dict[str, str] = {}
_called: dict[str, str] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Called once from `app.registry`; a slug declared twice is an error of ours."""
    for kind in kinds:
        if kind.slug in _kinds and _kinds[kind.slug] != kind:
            raise ValueError(f"event kind {kind.slug} is declared twice")
        _kinds[kind.slug] = kind
        if kind.joins:
            _joining[kind.slug] = kind.joins


def all_kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


def find(slug: str) -> Kind | None:
    return _kinds.get(slug)


def label_of(slug: str) -> object:
    """What operators call it; an SDK's own event as it was sent."""
    kind = _kinds.get(slug)
    return kind.label if kind else slug


def also_called(names: Mapping[str, str]) -> None:
    """Other names, in lower case, under which the outside world tells of our kinds; called once from `app.registry`."""
    _called.update(names)


def meant_by(name: str) -> str:
    """The kind that a name of the outside world stands for; empty for none."""
    return _called.get(name.lower(), "")


def may_be_own(slug: str) -> bool:
    """Whether an SDK's event may have this name without its being declared."""
    return 0 < len(slug) <= LONGEST_OWN and slug.isprintable()


def joining() -> Mapping[str, str]:
    """Kinds that say that two accounts are one person, and how they say it."""
    return _joining


def interactions() -> tuple[str, ...]:
    """Slugs of the kinds that count as taking part, in order of registration."""
    return tuple(kind.slug for kind in _kinds.values() if kind.interaction)
