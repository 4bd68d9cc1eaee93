"""How often did members do it, or how large was it? What a question about it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import VALUE, Step, is_number, where_of

TIMES, PROPERTY = "times", "property"
OF = (TIMES, VALUE, PROPERTY)
MOST_EDGES, LARGEST = 50, 2**53
EDGES: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_EDGES,
    "items": {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
}
USUAL: dict[str, tuple[int, ...]] = {
    TIMES: (1, 2, 3, 6, 11, 21, 51, 101),
    VALUE: (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000),
    PROPERTY: (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """`edges` rise: a row holds from one of them up to, and without, the next; the last row has no end."""

    step: Step
    of: str
    trait: str
    edges: tuple[float, ...]

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return (self.step,)

    def named(self, kind_of: Callable[[str], str]) -> Distribution:
        """With the event as it is called in the log."""
        return replace(self, step=self.step.named(kind_of))


def distribution_of(fields: Fields) -> Distribution:
    of, trait = fields.choice("of", OF, TIMES), fields.text("property", "")
    if of == PROPERTY and not trait:
        fields.refuse(_("The question lacks “property”: the name of the number that is looked at."))
    if of != PROPERTY and isinstance(fields.peek("property"), str):
        fields.refuse(_("“property” names the number that is looked at: it needs “of” to be “property”."))
    step = Step(fields.text("event"), where_of(fields))
    return Distribution(step, of, trait if of == PROPERTY else "", _edges(fields, of))


def _edges(fields: Fields, of: str) -> tuple[float, ...]:
    told = fields.raw("edges", EDGES)
    if told is None:
        return USUAL[of]
    if not isinstance(told, list) or not 0 < len(told) <= MOST_EDGES or not all(map(_edge, told)):
        fields.refuse(_("“edges” must be a list of 1 to %(most)s numbers.") % {"most": MOST_EDGES})
    if any(after <= before for before, after in pairwise(told)):
        fields.refuse(
            _("“edges” must rise: each row begins where the one before ends, for example [1, 2, 3, 6, 11].")
        )
    if of == TIMES and not all(isinstance(one, int) and one > 0 for one in told):
        fields.refuse(
            _("How often something was done is counted in whole numbers from 1: “edges” has others.")
        )
    return tuple(int(one) if one == int(one) else one for one in told)


def _edge(told: object) -> bool:
    return is_number(told) and isinstance(told, int | float) and -LARGEST <= told <= LARGEST
