"""What can a rule ask about members beside their deeds? State, tier, influence, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.core.directory import facts
from weilu.core.segments.doings import condition_said
from weilu.core.segments.parts import Compared, compared
from weilu.core.segments.people import Held, Picked, Scored
from weilu.core.segments.reading import Reader
from weilu.core.segments.rule import Not, Rule, Scene
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.refusal import Refused
from weilu.core.warehouse.steps import EXISTS, LIMITS, UNEQUAL, Condition, conditions_on
from weilu.members.queries.scores import scores_at
from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES
from weilu.members.when import When

STATE, TIER, SCORE, FACT = "state", "tier", "score", "fact"
WORDS: dict[str, str | Promise] = {
    "new": gettext_lazy("New"),
    "active": gettext_lazy("Active"),
    "returning": gettext_lazy("Returning"),
    "dormant": gettext_lazy("Dormant"),
    "churned": gettext_lazy("Churned"),
    "kol": gettext_lazy("KOL"),
    "koc": gettext_lazy("KOC"),
    "participant": gettext_lazy("Participant"),
    "lurker": gettext_lazy("Lurker"),
}


@dataclass(frozen=True, slots=True)
class Holds:
    """Holds one of these states, or tiers."""

    key: str
    values: tuple[str, ...]

    def say(self) -> str:
        values = " / ".join(str(WORDS[one]) for one in self.values)
        return (_("state %(values)s") if self.key == STATE else _("tier %(values)s")) % {"values": values}

    def resolved(self, scene: Scene) -> Rule:
        return Held(self.key, self.values)


def state(fields: Fields) -> Holds:
    return Holds(STATE, _among(fields, STATE, STATES))


def tier(fields: Fields) -> Holds:
    return Holds(TIER, _among(fields, TIER, TIERS))


def _among(fields: Fields, name: str, known: Iterable[str]) -> tuple[str, ...]:
    given = tuple(map(str, fields.names(name) or ()))
    for one in given or ("",):
        if one not in known:
            told = {"name": name, "value": one, "choices": ", ".join(known)}
            fields.refuse(_("“%(name)s” cannot be “%(value)s”. It is one of: %(choices)s.") % told)
    return given


@dataclass(frozen=True, slots=True)
class Score:
    """Influence: at the present as stored, at a past moment as weighed for then."""

    score: Compared

    def say(self) -> str:
        return _("influence score %(score)s") % {"score": self.score.say()}

    def resolved(self, scene: Scene) -> Rule:
        frame = scene.frame
        if frame.known is None and frame.horizon > frame.over:
            return Scored(self.score)
        scopes = list(frame.communities) if frame.scope is None else [frame.scope]
        highest: dict[int, int] = {}
        for _scope, who, _tier, score in scores_at(scopes, When(frame.horizon, frame.timezone, known=frame.known, as_of=frame.buckets[0].last)):  # fmt: skip
            highest[who] = max(score, highest.get(who, 0))
        if self.score.holds(0):
            return Not(Picked(tuple(who for who, one in highest.items() if not self.score.holds(one))))
        return Picked(tuple(who for who, one in highest.items() if self.score.holds(one)))


def score(fields: Fields) -> Score:
    fields.given(SCORE)
    return Score(compared(SCORE, fields.peek(SCORE), most=100))


@dataclass(frozen=True, slots=True)
class Fact:
    """What their accounts say of them now (`core.directory.facts`)."""

    conditions: tuple[Condition, ...]

    def say(self) -> str:
        return _(", ").join(condition_said(one) for one in self.conditions)

    def resolved(self, scene: Scene) -> Rule:
        """Facts are kept as they were last said, so that only the present can be asked about."""
        frame = scene.frame
        past = frame.horizon <= frame.over and not scene.facts_of_today
        if frame.known is not None or past:
            raise Refused(_("Facts are known as they stand today. Ask without “as_of” and “known”."))
        name = self.conditions[0].name
        told = facts.of_members(name)
        fits = {who for who, value in told.items() if all(_fits(one, value) for one in self.conditions)}
        if all(_fits(one, None) for one in self.conditions):
            return Not(Picked(tuple(sorted(set(told) - fits))))
        return Picked(tuple(sorted(fits)))


def fact(fields: Fields) -> Fact:
    name = fields.text(FACT)
    return Fact(conditions_on(fields, "is", name))


def _fits(one: Condition, value: Any) -> bool:
    """As `compile.where` compares what an event carries."""
    if one.op == EXISTS:
        return (value is not None) == one.values[0]
    if one.op in LIMITS:
        return _number(value) and _compare(one.op, value, one.values[0])
    same = any(_kind(value) == _kind(other) and value == other for other in one.values)
    return not same if one.op == UNEQUAL else same


def _compare(op: str, value: Any, other: Any) -> bool:
    return bool({"gt": value > other, "gte": value >= other, "lt": value < other, "lte": value <= other}[op])


def _number(value: Any) -> bool:
    return _kind(value) == "number"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "none"


READERS: dict[str, Reader] = {STATE: state, TIER: tier, SCORE: score, FACT: fact}
