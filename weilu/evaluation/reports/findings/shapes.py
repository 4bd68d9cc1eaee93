"""What does a finding rule see, and what does it say?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from weilu.evaluation.reports.reading import Reading
from weilu.evaluation.reports.shapes import Figure, Finding, Number

LEAST_WEEKS = 3
"""So many of the four weeks before must have had members."""
Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """The week's figures by metric, and what was read."""

    figures: Mapping[str, Figure]
    reading: Reading
    offers: tuple[int, ...] = ()
    """Positions of this week's messages that sell."""
    asks: tuple[int, ...] = ()
    """Positions of this week's messages that ask."""

    def value(self, metric: str) -> Number | None:
        figure = self.figures.get(metric)
        return figure.value if figure else None

    def share(self, metric: str) -> float | None:
        """A percentage as a share of one."""
        value = self.value(metric)
        return None if value is None else value / 100

    def usual_share(self, metric: str) -> float | None:
        mean = self.mean(metric)
        return None if mean is None else mean / 100

    @property
    def mature(self) -> bool:
        """Whether there is a usual week to compare with: a young community only gathers its members."""
        figure = self.figures.get("interaction_rate")
        return figure is not None and figure.weeks >= LEAST_WEEKS

    def mean(self, metric: str) -> Number | None:
        figure = self.figures.get(metric)
        return figure.mean if figure else None


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words: what an operator would say, the numbers under it, and what could be done."""

    sentence: str
    evidence: str
    advice: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge` gives the finding or None, `say` its words in the language in force."""

    slug: str
    judge: Callable[[Facts], Finding | None]
    say: Callable[[Finding, Names], Said]


def within(value: float, low: float, high: float) -> float:
    """How far a value has gone from low to high, as a share of one: the strength of a finding."""
    return max(0.0, min(1.0, (value - low) / (high - low)))
