"""What does a weekly report say? Plain frozen data between the rules that find it and the pages and files that show it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from weilu.evaluation.reports.weeks import Week

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure with the week before and the mean of the four weeks before; None where there is no value.

    `question` is what the warehouse was asked; its people open by it, those of the week before by the other. `better` is `up`, `down` or empty.
    """

    metric: str
    label: str
    unit: str
    better: str
    value: Number | None
    before: Number | None
    mean: Number | None
    question: dict[str, Any]
    question_before: dict[str, Any]
    weeks: int = 4
    """How many of the four weeks before had a value."""


@dataclass(frozen=True, slots=True)
class Person:
    member: int
    name: str


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody whose messages changed most against the week before."""

    person: Person
    now: int
    before: int
    question: dict[str, Any]
    """Opens the messages of this week."""

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Thanks:
    """Somebody to thank. `reason` is one of `people.REASONS`, `count` what it counts, `times` how often; behind it stand
    the newcomers who were welcomed, else the messages or reactions."""

    person: Person
    reason: str
    count: int
    times: int
    members: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drifter:
    """Somebody who went from taking part to dormant this week."""

    person: Person
    last_seen: int | None
    """Of the last interaction, in seconds since 1970 UTC; None where it lies further back than was read."""
    messages: int
    """In the four weeks before."""
    question: dict[str, Any]
    """Opens those messages."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of the week: how many members spoke in it, and their share of the week's speakers."""

    weekday: int
    hour: int
    people: int
    share: float
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """A word of the week: in how many messages, by how many people, and in how many a week before (mean of four)."""

    word: str
    messages: int
    people: int
    before: float
    score: float
    positions: tuple[int, ...] = ()
    """Of the messages it stands in."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many memberships went from one state to another within the week. `none` is "not a member"."""

    before: str
    after: str
    members: int
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of one rule. `facts` fill its sentence; behind it stand members, messages (positions) or a question."""

    rule: str
    score: float
    facts: dict[str, Any]
    members: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    metric: str = ""
    question: dict[str, Any] | None = None
    """Of the metric, by which its people open."""


@dataclass(frozen=True, slots=True)
class Report:
    """A community's week as it was known at a position of the log."""

    community: int
    name: str
    simulated: bool
    week: Week
    timezone: str
    known: int
    since_then: int
    """Events of this week that arrived after `known`."""
    finished: bool
    made_at: dt.datetime
    figures: tuple[Figure, ...]
    movers: tuple[Mover, ...]
    flows: tuple[Flow, ...]
    thanks: tuple[Thanks, ...]
    drifting: tuple[Drifter, ...]
    slots: tuple[Slot, ...]
    heat: tuple[Slot, ...]
    """Every hour in which somebody spoke; `slots` are the best of them."""
    topics: tuple[Topic, ...]
    findings: tuple[Finding, ...]
    names: dict[int, str] = field(default_factory=dict)
    """Of every member that a finding speaks of."""

    @property
    def empty(self) -> bool:
        """Nobody spoke, joined or left, this week or in the four before."""
        return (
            not self.heat
            and not self.flows
            and not any(figure.value for figure in self.figures if figure.metric != "members")
        )
