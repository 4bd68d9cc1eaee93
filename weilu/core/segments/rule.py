"""What is a rule? And, or and not over leaves; plain data.

A leaf is whatever a rule can ask of a member. Those of the core are about events and people (`doings`, `people`); the steps
add theirs in `app.registry`. A leaf says itself in words, and is `resolved` to leaves that the store can answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.core.warehouse.frame import Frame

MOST_NESTED = 20
MOST_LEAVES = 200


@dataclass(frozen=True, slots=True)
class Scene:
    """Who asks, of which communities and moment (`frame`), among those that they see. `on_the_way` are the segments that led
    here, so that a circle is noticed. `facts_of_today`: what is known only as it stands today counts so, though the moment
    lies behind."""

    viewer: Viewer
    visible: tuple[Community, ...]
    frame: Frame
    on_the_way: tuple[int, ...] = ()
    facts_of_today: bool = False


@runtime_checkable
class Leaf(Protocol):
    def say(self) -> str:
        """In plain words, in the language of the moment, as part of a sentence."""

    def resolved(self, scene: Scene) -> Rule:
        """The same in ids and names of the log. Raises Refused for what does not exist, NotFound for what is not theirs."""


@dataclass(frozen=True, slots=True)
class And:
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Or:
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    rule: Rule


Rule = And | Or | Not | Leaf


def leaves(rule: Rule) -> Iterator[Leaf]:
    """From left to right; a leaf that stands twice comes twice."""
    match rule:
        case And(rules) | Or(rules):
            for one in rules:
                yield from leaves(one)
        case Not(one):
            yield from leaves(one)
        case _:
            yield rule


def resolve(rule: Rule, scene: Scene) -> Rule:
    """The rule in terms of the store. Raises as `Leaf.resolved`."""
    match rule:
        case And(rules):
            return And(tuple(resolve(one, scene) for one in rules))
        case Or(rules):
            return Or(tuple(resolve(one, scene) for one in rules))
        case Not(one):
            return Not(resolve(one, scene))
        case _:
            return rule.resolved(scene)
