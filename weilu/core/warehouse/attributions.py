"""Which channel or content earned it? What a question about it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import SECONDS, SOURCE, Step, repeated, step_of, where_of, window_of

FIRST, LAST, LINEAR, POSITION = "first", "last", "linear", "position"
MODELS = (LAST, FIRST, LINEAR, POSITION)
MOST_TOUCHES = 10
CHANNEL = "channel"
USUAL = 30 * SECONDS["d"]
ENDS, BETWEEN = Fraction(2, 5), Fraction(1, 5)
"""By position: what the first and the last touch earn each, and what those between them share."""


@dataclass(frozen=True, slots=True)
class Touch:
    """An event that touches a member, and its property (or `source`) that names the channel."""

    step: Step
    trait: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """`window`: how many seconds before the target a touch may lie, that included."""

    target: Step
    touches: tuple[Touch, ...]
    model: str = LAST
    window: int = USUAL

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return (self.target, *(one.step for one in self.touches))

    def named(self, kind_of: Callable[[str], str]) -> Attribution:
        """With the events as they are called in the log."""
        touches = tuple(replace(one, step=one.step.named(kind_of)) for one in self.touches)
        return replace(self, target=self.target.named(kind_of), touches=touches)


def attribution_of(fields: Fields) -> Attribution:
    return Attribution(
        step_of(fields, "target"),
        tuple(_touch(one) for one in fields.each("touches", 1, MOST_TOUCHES)),
        fields.choice("model", MODELS, LAST),
        window_of(fields) or USUAL,
    )


def _touch(fields: Fields) -> Touch:
    touch = Touch(Step(fields.text("event"), where_of(fields)), fields.text("property", CHANNEL))
    fields.finish()
    return touch


def problem(asked: Attribution) -> str:
    """Why it cannot be answered, once events have the names of the log; empty where it can."""
    for trait in dict.fromkeys(one.trait for one in asked.touches):
        some = [number for number, one in enumerate(asked.touches) if one.trait == trait]
        if pair := repeated([asked.touches[number].step for number in some]):
            first, second = (some[number - 1] for number in pair)
            return _("Touches %(first)s and %(second)s are the same (“%(event)s”). Take one out.") % {
                "first": first + 1, "second": second + 1, "event": asked.touches[first].step.event}  # fmt: skip
    return ""


def properties(asked: Attribution) -> Sequence[tuple[str, str]]:
    """(event, property) that name the channels."""
    return [(one.step.event, one.trait) for one in asked.touches if one.trait != SOURCE]


def weight(model: str, touches: int, edge: bool) -> Fraction:
    """What one of so many touches earns; `edge`: whether it is the first or the last. All of them together earn 1."""
    if model != POSITION or touches < 3:
        return Fraction(1, touches)
    return ENDS if edge else BETWEEN / (touches - 2)
