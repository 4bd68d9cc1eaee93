"""Who came back? What a question about it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import Step, step_of

EXACT, ROLLING, BRACKET = "exact", "rolling", "bracket"
MODES = (EXACT, ROLLING, BRACKET)
MOST_PERIODS, MOST_BRACKETS, MOST_TIMES = 120, 20, 1000


@dataclass(frozen=True, slots=True)
class Retention:
    """`edges`: what a row counts, from one of them up to the next, in periods since the cohort's own; `rolling`: and at any
    time after. A member came back who did `comeback` at least `times` times. `versus` is the programme that a cohort is parted by."""

    start: Step
    comeback: Step
    edges: tuple[int, ...]
    mode: str = EXACT
    times: int = 1
    every: bool = False
    versus: Step | None = None

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return (self.start, self.comeback, *([self.versus] if self.versus else []))

    def named(self, kind_of: Callable[[str], str]) -> Retention:
        """With the events as they are called in the log."""
        return replace(
            self,
            start=self.start.named(kind_of),
            comeback=self.comeback.named(kind_of),
            versus=self.versus and self.versus.named(kind_of),
        )


def retention_of(fields: Fields) -> Retention:
    mode = fields.choice("mode", MODES, EXACT)
    periods = fields.number("periods", 1, MOST_PERIODS, 8)
    brackets = fields.numbers("brackets", 1, MOST_PERIODS, MOST_BRACKETS)
    if bool(brackets) != (mode == BRACKET) and fields.has("mode") | bool(brackets):
        fields.refuse(_('“brackets” and "mode": "bracket" belong together: give for example [1, 3, 7, 30].'))
    if list(brackets) != sorted(set(brackets)):
        fields.refuse(
            _("“brackets” must rise: each begins where the one before ends, for example [1, 3, 7, 30].")
        )
    return Retention(
        step_of(fields, "start"),
        step_of(fields, "return"),
        (0, *brackets) if brackets else tuple(range(periods + 1)),
        mode,
        fields.number("times", 1, MOST_TIMES, 1),
        fields.flag("every"),
        step_of(fields, "versus") if fields.has("versus") else None,
    )
