"""How does a rule speak of value? `{"value": {"gte": 60}}`, and `{"rfm": {"r": {"gte": 4}, "m": 5}}` by steps from 0 to 5."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.core.segments.parts import Compared, compared
from weilu.core.segments.people import Picked, Valued
from weilu.core.segments.reading import Reader
from weilu.core.segments.rule import And, Not, Rule, Scene
from weilu.core.warehouse.fields import Fields
from weilu.members.value.rules import STEPS
from weilu.members.value.weighing import NUMBERS, valuations
from weilu.members.when import When

VALUE, RFM = "value", "rfm"
SCORE = "score"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of their value: at the present as stored, at a past moment as weighed for then. Of several communities each the
    highest; whoever has none has 0."""

    asked: tuple[tuple[str, Compared], ...]

    def say(self) -> str:
        parts = []
        for name, number in self.asked:
            word = _("value score") if name == SCORE else name.upper()
            parts.append(f"{word} {number.say()}")
        return _(", ").join(parts)

    def resolved(self, scene: Scene) -> Rule:
        frame = scene.frame
        if frame.known is None and frame.horizon > frame.over:
            return And(tuple(Valued(NUMBERS.index(name) + 1, number) for name, number in self.asked))
        scopes = list(frame.communities) if frame.scope is None else [frame.scope]
        when = When(frame.horizon, frame.timezone, known=frame.known, as_of=frame.buckets[0].last)
        return And(tuple(_picked(name, number, scopes, when) for name, number in self.asked))


def _picked(name: str, number: Compared, scopes: list[int], when: When) -> Rule:
    highest: dict[int, int] = {}
    for one in valuations(when, scopes):
        column = one.values.score if name == SCORE else one.values.steps[:, STEPS.index(name)]
        for who, told in zip(one.values.who.tolist(), column.tolist(), strict=True):
            highest[who] = max(told, highest.get(who, 0))
    if number.holds(0):
        return Not(Picked(tuple(who for who, told in highest.items() if not number.holds(told))))
    return Picked(tuple(who for who, told in highest.items() if number.holds(told)))


def value(fields: Fields) -> Numbers:
    fields.given(VALUE)
    return Numbers(((SCORE, compared(VALUE, fields.peek(VALUE), most=100)),))


def rfm(fields: Fields) -> Numbers:
    inner = fields.inner(RFM)
    asked = tuple((step, compared(step, inner.peek(step), most=5)) for step in STEPS if inner.given(step))
    inner.finish()
    if not asked:
        fields.refuse(_('“rfm” takes steps such as {"r": {"gte": 4}, "m": 5}.'))
    return Numbers(asked)


READERS: dict[str, Reader] = {VALUE: value, RFM: rfm}
