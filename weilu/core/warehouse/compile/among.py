"""Who are the people whose doings alone a question counts?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.core.segments.people import rests_on_conclusions
from weilu.core.segments.rule import Rule
from weilu.core.warehouse.compile import segments
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Frame


@dataclass(frozen=True, slots=True)
class Few:
    """People by their numbers, and all that they own: what they did is found without reading what others did."""

    members: tuple[int, ...]
    identities: tuple[int, ...]
    concludes = False

    def holds(self, who: str, bound: Bound) -> str:
        return f"{who} IN {bound.ids(self.members)}"

    def owns(self, account: str, bound: Bound) -> str:
        return f"{account} IN {bound.ids(self.identities)}"


@dataclass(frozen=True, slots=True)
class Segment:
    """Whoever answers to a resolved rule at the horizon of a frame of its own."""

    rule: Rule
    frame: Frame

    @property
    def concludes(self) -> bool:
        return rests_on_conclusions(self.rule)

    def holds(self, who: str, bound: Bound) -> str:
        return f"{who} IN ({segments.people(self.rule, self.frame, bound)})"

    def owns(self, account: str, bound: Bound) -> str:
        return "1"
