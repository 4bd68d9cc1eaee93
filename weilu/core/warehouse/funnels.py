"""How far do members get on a way of several steps? What a question about it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import Step, repeated, steps_of, window_of

STRICT, LOOSE, UNORDERED = "strict", "loose", "unordered"
ORDERS = (LOOSE, STRICT, UNORDERED)
MOST_STEPS, MOST_EXCLUDED = 12, 5


@dataclass(frozen=True, slots=True)
class Funnel:
    """`window`: seconds from the first of the events to the last, both ends included; None for as long as the span. An event
    that fits one of `exclude` ends the way that it falls into, and is never a step."""

    steps: tuple[Step, ...]
    order: str = LOOSE
    window: int | None = None
    exclude: tuple[Step, ...] = ()

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return (*self.steps, *self.exclude)

    def named(self, kind_of: Callable[[str], str]) -> Funnel:
        """With the events as they are called in the log."""
        return replace(
            self,
            steps=tuple(one.named(kind_of) for one in self.steps),
            exclude=tuple(one.named(kind_of) for one in self.exclude),
        )


def funnel_of(fields: Fields) -> Funnel:
    return Funnel(
        steps_of(fields, "steps", 1, MOST_STEPS),
        fields.choice("order", ORDERS, LOOSE),
        window_of(fields),
        steps_of(fields, "exclude", 0, MOST_EXCLUDED),
    )


def problem(funnel: Funnel) -> str:
    """Why it cannot be answered, once events have the names of the log; empty where it can."""
    if pair := repeated(funnel.steps):
        told = {"first": pair[0], "second": pair[1], "event": funnel.steps[pair[0] - 1].event}
        return _("Steps %(first)s and %(second)s are the same (“%(event)s”). Take one out, or tell them apart with "
                 "“where”.") % told  # fmt: skip
    for number, step in enumerate(funnel.steps, 1):
        if any(repeated((step, one)) for one in funnel.exclude):
            return _("Step %(n)s (“%(event)s”) is excluded at the same time: nobody can take it.") % {
                "n": number, "event": step.event}  # fmt: skip
    return ""
