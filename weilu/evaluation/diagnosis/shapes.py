"""What does a rule of diagnosis see of a community, and what does it find? Plain values; members are ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Number = int | float
Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A message of an account of the team. `offer`: it sells. `again`: it says nearly what an earlier one said."""

    position: int
    person: int
    at: int
    offer: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody who left: so many whole days after joining (0: within 24 hours)."""

    person: int
    days: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Four weeks of one community. Shares are of one; None where nothing is known.

    `said` are messages of people by person, `begun` those of them that answer nobody, `posts` those of
    the team's accounts, `stays` who joined and left in the last 90 days,
    `joined` how many joined in them, `removed` who was put out in them. `newcomers` are those who joined in the four weeks
    that ended a week ago, `mute` those of them who said nothing within a week. `questions` open a figure by its metric.
    """

    community: int
    members: int = 0
    before: int = 0
    """Members at the beginning."""
    silent: float | None = None
    daily: float | None = None
    active: int = 0
    reply_seconds: Number | None = None
    answered: int = 0
    said: Mapping[int, int] = field(default_factory=dict)
    begun: Mapping[int, int] = field(default_factory=dict)
    team: frozenset[int] = frozenset()
    posts: tuple[Post, ...] = ()
    stays: tuple[Stay, ...] = ()
    joined: int = 0
    left: int = 0
    """How many left in the last 90 days, whenever they had joined."""
    removed: tuple[int, ...] = ()
    newcomers: int = 0
    mute: tuple[int, ...] = ()
    questions: Mapping[str, Question] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        return sum(self.said.values())


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule goes by, shown beside it. `unit`: percent (as a share of one), people, messages, seconds or days."""

    slug: str
    value: Number
    unit: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `strength` 0 … 1. `numbers` fill its sentence. Behind it stand members, messages (positions) or the question
    of a metric."""

    rule: str
    strength: float
    numbers: Mapping[str, Number]
    members: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    metric: str = ""

    @property
    def behind(self) -> int:
        """How many stand behind it; 0 where a question opens them."""
        return len(self.members) + len(self.positions)


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge` gives the finding or None."""

    slug: str
    thresholds: tuple[Threshold, ...]
    judge: Callable[[Facts, Mapping[str, Number]], Finding | None]

    def find(self, facts: Facts) -> Finding | None:
        return self.judge(facts, {one.slug: one.value for one in self.thresholds})
