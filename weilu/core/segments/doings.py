"""What can a rule ask about a member's deeds? How often, in which order, when first and last, which share."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.core.directory.models import Room
from weilu.core.events import kinds
from weilu.core.segments.parts import MOST, Compared, Window, compared, length, window
from weilu.core.segments.reading import Reader
from weilu.core.segments.rule import Scene
from weilu.core.warehouse import names, steps
from weilu.core.warehouse.compile.source import ANY, INTERACTION
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.places import find_community
from weilu.core.warehouse.refusal import Refused

DID, FIRST, LAST, SHARE = "did", "first", "last", "share"
MOST_STEPS = 5
ONCE = Compared(1, None)


@dataclass(frozen=True, slots=True)
class Doing:
    """Events as a question's step has them, in these communities and rooms where any are named (resolved: by their ids)."""

    step: steps.Step
    communities: tuple[str | int, ...] = ()
    rooms: tuple[str | int, ...] = ()

    def say(self) -> str:
        event = self.step.event
        kind = kinds.find(event) or kinds.find(kinds.meant_by(event))
        name = {ANY: _("anything"), INTERACTION: _("taking part")}.get(event)
        name = name or f"“{kind.label if kind else event}”"
        parts = [condition_said(one) for one in self.step.where]
        if self.communities or self.rooms:
            parts.insert(
                0, _("in %(places)s") % {"places": " / ".join(map(str, (*self.communities, *self.rooms)))}
            )
        return _("%(event)s (%(where)s)") % {"event": name, "where": _(", ").join(parts)} if parts else name

    def resolved(self, scene: Scene) -> Doing:
        communities = scene.frame.communities
        kind = names.kind_of(self.step.event, communities)
        for name in self.step.properties:
            names.must_have(kind, name, communities)
        places = tuple(int(find_community(one, scene.visible).pk) for one in self.communities)
        inside = tuple(room for one in self.rooms for room in rooms_called(one, scene))
        return Doing(self.step.named(lambda _name: kind), places, inside)


def rooms_called(name: str | int, scene: Scene) -> list[int]:
    """Ids of the rooms so called, in the communities that are asked about. Raises Refused where there are none."""
    found = Room.objects.filter(community__in=scene.frame.communities)
    wanted = [row.pk for row in found if name in (row.pk, row.outside, row.name)]
    if not wanted:
        raise Refused(_("There is no channel “%(name)s” in these communities.") % {"name": str(name)[:80]})
    return wanted


SIGNS = {steps.EQUAL: "=", steps.UNEQUAL: "≠", **steps.LIMITS, "gte": "≥", "lte": "≤"}


def condition_said(one: steps.Condition) -> str:
    """What must be true of an event, as part of a sentence."""
    name = {steps.VALUE: _("value"), steps.SOURCE: _("source")}.get(one.name, one.name)
    values = " / ".join(map(_value_said, one.values))
    if one.op == steps.EXISTS:
        return (_("has “%(name)s”") if one.values[0] else _("lacks “%(name)s”")) % {"name": name}
    if one.op == steps.AMONG:
        return _("%(name)s is one of %(values)s") % {"name": name, "values": values}
    return f"{name} {SIGNS[one.op]} {values}"


def _value_said(value: steps.Scalar) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return (
        f"“{value}”" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    )


@dataclass(frozen=True, slots=True)
class Did:
    """Did it so many times in the window; with `total`, and what it was worth adds up to so much."""

    doing: Doing
    times: Compared
    window: Window
    total: Compared | None = None

    def say(self, denied: bool = False) -> str:
        """`denied`: that it is not so."""
        times = self.times.opposite() if denied else self.times
        told = {"event": self.doing.say(), "times": times.say(), "when": self.window.say()}
        if times == ONCE:
            text = _("%(event)s %(when)s") if told["when"] else _("ever %(event)s")
        elif times.high == 0:
            text = _("no %(event)s %(when)s") if told["when"] else _("never %(event)s")
        else:
            text = _("%(event)s %(times)s times %(when)s") if told["when"] else _("%(event)s %(times)s times")
        if self.total is None:
            return text % told
        return _("%(did)s, worth %(total)s in all") % {"did": text % told, "total": self.total.say()}

    @property
    def deniable(self) -> bool:
        """Whether it can say its own opposite in one."""
        return self.total is None and (self.times.low is None) != (self.times.high is None)

    def resolved(self, scene: Scene) -> Did:
        return Did(self.doing.resolved(scene), self.times, at_scene(self.window, scene), self.total)


@dataclass(frozen=True, slots=True)
class Step:
    """`gap`: at most so many seconds after the step before; None: any time later."""

    doing: Doing
    gap: int | None


@dataclass(frozen=True, slots=True)
class Order:
    """Did one thing and later another, in the window."""

    steps: tuple[Step, ...]
    window: Window

    def say(self) -> str:
        text = Did(self.steps[0].doing, ONCE, self.window).say()
        for step in self.steps[1:]:
            told = {"before": text, "event": step.doing.say(), "length": length(step.gap or 0)}
            text = (
                _("%(before)s, then %(event)s within %(length)s")
                if step.gap
                else _("%(before)s, then %(event)s")
            ) % told
        return text

    def resolved(self, scene: Scene) -> Order:
        taken = tuple(Step(one.doing.resolved(scene), one.gap) for one in self.steps)
        return Order(taken, at_scene(self.window, scene))


@dataclass(frozen=True, slots=True)
class Edge:
    """The first or the last time that they ever did it lies in the window."""

    last: bool
    doing: Doing
    window: Window

    def say(self) -> str:
        text = _("last %(event)s %(when)s") if self.last else _("first %(event)s %(when)s")
        return text % {"event": self.doing.say(), "when": self.window.say()}

    def resolved(self, scene: Scene) -> Edge:
        return Edge(self.last, self.doing.resolved(scene), at_scene(self.window, scene))


PARTS = 10_000
"""A share is compared in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many in a hundred of `whole` are `part`; whoever never did the whole has no share."""

    part: Doing
    whole: Doing
    percent: Compared
    window: Window

    def say(self) -> str:
        told = {
            "part": self.part.say(),
            "whole": self.whole.say(),
            "percent": self.percent.say(PARTS // 100),
            "when": self.window.say(),
        }
        if told["when"]:
            return _("%(percent)s%% of %(whole)s %(when)s are %(part)s") % told
        return _("%(percent)s%% of %(whole)s are %(part)s") % told

    def resolved(self, scene: Scene) -> Share:
        part, whole = self.part.resolved(scene), self.whole.resolved(scene)
        return Share(part, whole, self.percent, at_scene(self.window, scene))


def at_scene(window_: Window, scene: Scene) -> Window:
    return window_.resolved(scene.frame.horizon, scene.frame.timezone)


# reading -------------------------------------------------------------------------------------------------------------


def did(fields: Fields) -> Did | Order:
    first = _doing(fields, DID)
    if fields.has("then"):
        taken = [Step(first, None), *_steps(fields.inner("then"))]
        if len(taken) > MOST_STEPS:
            raise Refused(_("At most %(most)s steps can follow each other.") % {"most": MOST_STEPS})
        return Order(tuple(taken), window(fields))
    times = compared("times", fields.peek("times"), most=2**31) if fields.given("times") else ONCE
    if min(edge for edge in (times.low, times.high) if edge is not None) < 0:
        raise Refused(_("“times” cannot be less than zero."))
    total = compared("sum", fields.peek("sum"), most=MOST) if fields.given("sum") else None
    return Did(first, times, window(fields), total)


def _steps(fields: Fields) -> list[Step]:
    """The step in `then`, and those that follow it in turn."""
    found: list[Step] = []
    while True:
        found.append(Step(_doing(fields, DID), steps.window_of(fields, "within")))
        following = fields.inner("then") if fields.has("then") else None
        fields.finish()
        if following is None or len(found) > MOST_STEPS:
            return found
        fields = following


def first(fields: Fields) -> Edge:
    return _edge(fields, FIRST)


def last(fields: Fields) -> Edge:
    return _edge(fields, LAST)


def _edge(fields: Fields, word: str) -> Edge:
    found = Edge(word == LAST, _doing(fields, word), window(fields))
    if found.window.ever:
        raise Refused(
            _("“%(word)s” lacks its time: say “within”, “before”, “from” or “to”.") % {"word": word}
        )
    return found


def share(fields: Fields) -> Share:
    part, whole = (_inner_doing(fields, name) for name in (SHARE, "of"))
    if not fields.given("percent"):
        raise Refused(_('“share” lacks “percent”, for example {"gte": 50}.'))
    percent = compared("percent", fields.peek("percent"), unit=PARTS // 100, most=100)
    return Share(part, whole, percent, window(fields))


def _inner_doing(fields: Fields, name: str) -> Doing:
    """An event by its name alone, or `{"event": …, "where": …}`."""
    if isinstance(fields.peek(name), str):
        return Doing(steps.Step(_event(fields, name)))
    inner = fields.inner(name)
    doing = _doing(inner, "event")
    inner.finish()
    return doing


def _doing(fields: Fields, name: str) -> Doing:
    step = steps.Step(_event(fields, name), steps.where_of(fields))
    return Doing(step, fields.names("in") or (), fields.names("room") or ())


def _event(fields: Fields, name: str) -> str:
    event = fields.text(name)
    if not kinds.may_be_own(event):
        fields.refuse(_("“%(name)s” must be the name of an event.") % {"name": fields.called(name)})
    return event


READERS: dict[str, Reader] = {DID: did, FIRST: first, LAST: last, SHARE: share}
