"""What can be decided here? Every kind is declared once and registered in `app.registry`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """`slug` in the past tense (`member.merged`); `label` is shown to operators and may be lazily translated."""

    slug: str
    label: str | Promise


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Called once from `app.registry`; a slug declared twice in different ways is an error of ours."""
    for kind in kinds:
        if _kinds.setdefault(kind.slug, kind) != kind:
            raise ValueError(f"decision kind {kind.slug} is declared twice")


def all_kinds() -> tuple[Kind, ...]:
    """In the order of their registration."""
    return tuple(_kinds.values())


def find(slug: str) -> Kind:
    """The kind; one that nobody registered is an error of ours."""
    if slug not in _kinds:
        raise ValueError(
            f"decision kind {slug} is not registered; add it to DECISION_KINDS in app/registry.py"
        )
    return _kinds[slug]


def label(slug: str) -> str:
    """What to show, also for a kind that has been retired."""
    return str(_kinds[slug].label) if slug in _kinds else slug
