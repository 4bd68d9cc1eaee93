"""What does a rule of advice see of a community, and what does it advise? Plain values; members are ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Number = int | float
Value = Number | str


@dataclass(frozen=True, slots=True)
class Opening:
    """How often one type of content was opened in a week: members reached, and those of them who opened."""

    reached: int
    opened: int

    @property
    def rate(self) -> float | None:
        return self.opened / self.reached if self.reached else None


@dataclass(frozen=True, slots=True)
class Helped:
    """What a member did for others in five weeks: people answered, reactions received, days present."""

    member: int
    answered: int = 0
    liked: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Five whole weeks of one community, the last of which is judged.

    `hours` counts messages of people by (weekday from 1, hour) in the last week, `hours_before` in the four before together.
    `posts` counts the team's by hour of the day, of four weeks. `alone` are questions of the last week without an answer
    (positions). `helped` says what each did for others, the team left out; `tiers` the step of the pyramid. `quiet` are dormant
    members who used to talk. `openings` are weeks by type of content, the newest last.
    """

    community: int
    timezone: str = "UTC"
    hours: Mapping[tuple[int, int], int] = field(default_factory=dict)
    hours_before: Mapping[tuple[int, int], int] = field(default_factory=dict)
    posts: Mapping[int, int] = field(default_factory=dict)
    asked: int = 0
    alone: tuple[int, ...] = ()
    helped: tuple[Helped, ...] = ()
    tiers: Mapping[int, str] = field(default_factory=dict)
    quiet: tuple[int, ...] = ()
    openings: Mapping[str, tuple[Opening, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule advises. `numbers` fill its sentences. `members` are those it is about, `positions` the messages."""

    rule: str
    strength: float
    numbers: Mapping[str, Value]
    members: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """`people`: it is directed at members, so that its effect is measured against some who are left out. `days` is the window of the
    effect; `outcome` the condition of a segment that members then should meet, or `metric` the figure that should rise."""

    slug: str
    people: bool
    days: int
    judge: Callable[[Facts], Advice | None]
    outcome: Mapping[str, Any] = field(default_factory=dict)
    metric: str = ""
