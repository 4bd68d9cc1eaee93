"""What can be measured? The small vocabulary in which metrics are declared; `compile` knows how each is computed.

A base measure has a relation of rows behind it (people or events) and its number follows from those rows, so that a number
and the list behind it cannot differ. `Ratio` and `Less` combine base measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from weilu.core.warehouse.formulas import computed
from weilu.core.warehouse.steps import Condition

PEOPLE = "people"
EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Events:
    """How many events of these kinds, of which all of `where` hold? Bots count, unless `people_only`."""

    kinds: tuple[str, ...]
    people_only: bool = False
    where: tuple[Condition, ...] = ()
    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Sums:
    """What do the values of the events of these kinds add up to? Those without a value add nothing."""

    kinds: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class People:
    """How many members did one of these kinds (none: any interaction)?

    With `days`, a bucket shorter than so many days looks back that many local days from its end.
    """

    kinds: tuple[str, ...] = ()
    days: int = 0
    where: tuple[Condition, ...] = ()
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class DailyMean:
    """How many members took part on an average local day of the bucket (days not begun are left out)?"""

    kinds: tuple[str, ...] = ()
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Members:
    """How many people are in at the end of the bucket?"""

    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Joins:
    """How many memberships began?"""

    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Leaves:
    """How many memberships ended?"""

    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Silent:
    """How many of those who are in at the end of the bucket did none of these kinds in it?"""

    kinds: tuple[str, ...]
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class FirstTime:
    """How many members did this kind for the first time ever in these communities?"""

    kind: str
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Newcomers:
    """How many members had their day 0 in the bucket, and a day `days` that is over?

    Day 0 is the local day of the first joining, or without one of the first message.
    """

    days: int
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Stayed:
    """How many of the `Newcomers` took part on the local day `days` days after day 0?"""

    days: int
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Joiners:
    """How many members are reported as joining in the bucket?"""

    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class SpokeSoon:
    """How many of the `Joiners` sent a message there within `days` times 24 hours after joining?"""

    days: int
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Openers:
    """How many messages by people that answer no other, where the platform tells what a message answers?"""

    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Answered:
    """How many of the `Openers` got a reply from another person within `hours`?"""

    hours: int
    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Unanswered:
    """How many of the `Openers` got no reply from another person until now (or the moment asked for)?"""

    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class FirstReply:
    """After how many seconds did the first reply come, in the (lower) middle of the `Answered`?"""

    hours: int
    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class Waits:
    """The waiting times of the `Answered` themselves, in milliseconds: what `FirstReply` is the middle of."""

    hours: int
    counts: ClassVar[str] = EVENTS


@dataclass(frozen=True, slots=True)
class TopSpeakers:
    """How many messages came from the `percent` per cent of speakers who sent most (rounded up)?"""

    percent: int
    counts: ClassVar[str] = PEOPLE


@dataclass(frozen=True, slots=True)
class Holding:
    """How many members hold this value of a conclusion (`state`, `tier`) at the end of the bucket?"""

    key: str
    value: str
    counts: ClassVar[str] = PEOPLE


Base = (
    Events
    | Sums
    | People
    | DailyMean
    | Members
    | Joins
    | Leaves
    | Silent
    | FirstTime
    | Newcomers
    | Stayed
    | Joiners
    | SpokeSoon
    | Openers
    | Answered
    | Unanswered
    | FirstReply
    | Waits
    | TopSpeakers
    | Holding
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """`scale` × above ÷ below; no value where below is 0. Behind it stand the rows of `above`."""

    above: Base
    below: Base
    scale: int = 1

    @property
    def counts(self) -> str:
        return self.above.counts


@dataclass(frozen=True, slots=True)
class Less:
    """first − second. Behind it stand the rows of `first`."""

    first: Base
    second: Base

    @property
    def counts(self) -> str:
        return self.first.counts


@dataclass(frozen=True, slots=True)
class Computed:
    """What a formula makes of several measures, each under its name. Behind it stand the rows of the first."""

    text: str
    named: tuple[tuple[str, Base | Ratio | Less], ...]

    @property
    def counts(self) -> str:
        return self.named[0][1].counts


Measure = Base | Ratio | Less | Computed


def parts(measure: Measure) -> tuple[Base, ...]:
    """The base measures that a value is made of; the first is the one whose rows stand behind it."""
    if isinstance(measure, Ratio):
        return (measure.above, measure.below)
    if isinstance(measure, Less):
        return (measure.first, measure.second)
    if isinstance(measure, Computed):
        return tuple(base for _name, one in measure.named for base in parts(one))
    return (measure,)


def only_rises(measure: Measure) -> bool:
    """Whether more events never lower it while its bucket runs: no answer, leaving or share takes anything away."""
    return not isinstance(
        measure, Ratio | Less | Computed | Unanswered | Silent | Members | DailyMean | FirstReply
    )


def exact(measure: Measure) -> bool:
    """Whether the value is the number of the rows behind it."""
    return not isinstance(measure, Ratio | Less | Computed | Sums | DailyMean | FirstReply | TopSpeakers)


def combined(measure: Measure, values: tuple[float | None, ...]) -> float | None:
    """The value from those of `parts(measure)`, in their order."""
    if isinstance(measure, Ratio):
        above, below = values
        return None if not below or above is None else measure.scale * above / below
    if isinstance(measure, Less):
        first, second = values
        return None if first is None or second is None else first - second
    if isinstance(measure, Computed):
        return _computed(measure, values)
    return values[0]


def _computed(measure: Computed, values: tuple[float | None, ...]) -> float | None:
    told: dict[str, float | None] = {}
    for name, one in measure.named:
        count = len(parts(one))
        told[name], values = combined(one, values[:count]), values[count:]
    return computed(measure.text, told)
