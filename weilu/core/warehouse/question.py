"""What is being asked? A question is plain data; here it is parsed, once, into our types, or refused with a sentence.

Nothing is looked up here: whether a community, a metric or an event exists is the business of `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.utils.translation import gettext as _

from weilu.core.segments.reading import parse as parse_rule
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.formulas import Formula, formula_of
from weilu.core.warehouse.frame import DAY, MONTH, PERIOD, SIZES, WEEK
from weilu.core.warehouse.funnels import MOST_STEPS, Funnel, funnel_of
from weilu.core.warehouse.paths import DAYS, Paths, is_event, paths_of
from weilu.core.warehouse.refusal import Refused as Refused
from weilu.core.warehouse.retentions import MOST_PERIODS, Retention, retention_of
from weilu.core.warehouse.span import Span, moment_of, span_of

TREND, HEATMAP, RETENTION, FLOW = "trend", "heatmap", "retention", "flow"
FUNNEL, PATHS, SEGMENT = "funnel", "paths", "segment"
KINDS = (TREND, HEATMAP, RETENTION, FLOW, FUNNEL, PATHS, SEGMENT)

ANSWER, PEOPLE, EVENTS = "answer", "people", "events"
BREAKDOWNS = ("community", "state", "tier", "source")
COUNT, MEMBERS, SUM = "count", "members", "sum"
COMMUNITY, SOURCE, PROPERTY = "community", "source", "property"
INVITER, VERSUS = "inviter", "versus"
PARTS = (COMMUNITY, SOURCE, INVITER, PROPERTY)
"""What the event that a member begins with can be asked for."""
MEASURES = (COUNT, MEMBERS, SUM)
"""What is made of an event that is asked for by name: how many, how many members did it, the sum of its values."""
TOTAL = "total"
"""Another word for `period`: one row for the whole span."""
MOST_DEEP = 64
"""A rule may be nested 20 deep, each time by an object and a list."""
Way = Funnel | Paths | Retention


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the answer, named by its own columns. What does not belong to the kind is None."""

    at: str | None = None
    by: str | None = None
    weekday: int | None = None
    hour: int | None = None
    cohort: str | None = None
    period: int | None = None
    origin: str | None = None
    goal: str | None = None
    step: int | None = None
    lost: bool = False
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Of `metric` and `event` (with its `measure`) one is empty; `way` is what retention, funnels and paths say
    beside. `trait` is the property that is broken down by, where `breakdown` says so. `rule` belongs to a
    segment: as JSON text, since of two equal rules in Python one may say 1 and the other true."""

    kind: str
    span: Span
    want: str = ANSWER
    point: Point = Point()
    metric: str = ""
    event: str = ""
    measure: str = COUNT
    size: str = DAY
    breakdown: str | None = None
    trait: str = ""
    way: Way | None = None
    rule: str = ""
    formula: Formula | None = None

    @property
    def by_name(self) -> bool:
        """Whether it is about events as they are called, not about a metric of communities or their members' states."""
        if self.formula is not None:
            return not any(one.metric for one in self.formula.measures)
        return not self.metric and self.kind != FLOW


def object_in(text: str) -> dict[str, Any] | None:
    """The JSON object that an address holds; None where it is none, or nested deeper than any question is."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and not _deeper(found, MOST_DEEP) else None


def _deeper(value: object, most: int) -> bool:
    """Level by level, since what is nested too deep could not be walked through by calls either."""
    level: list[Any] = [value]
    for _depth in range(most):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
                 if isinstance(inner, dict | list)]  # fmt: skip
        if not level:
            return False
    return True


def parse(data: object) -> Question:
    """A question from JSON. Raises Refused."""
    if not isinstance(data, dict):
        raise Refused(_('A question is a JSON object, for example {"kind": "trend", "metric": "dau", …}.'))
    fields = Fields(data, Refused)
    kind = fields.text("kind")
    reader = READERS.get(kind)
    if reader is None:
        raise Refused(_("There is no kind of question “%(kind)s”. There are: %(kinds)s.")
                      % {"kind": kind, "kinds": ", ".join(KINDS)})  # fmt: skip
    question = reader(fields)
    fields.finish()
    return question


def _trend(fields: Fields) -> Question:
    formula = formula_of(fields)
    metric, event, measure = ("", "", COUNT) if formula else _subject(fields)
    breakdown = fields.choice("breakdown", BREAKDOWNS) if fields.has("breakdown") else None
    given = fields.peek("by")
    shorthand = breakdown is not None and isinstance(given, str) and given not in (*SIZES, TOTAL)
    point_by = fields.text("by") if shorthand else None
    size = DAY if shorthand else _size(fields, DAY)
    want, point = _point(fields, "at", "by")
    point = Point(at=point.at, by=point.by if point.by is not None else point_by)
    return Question(
        TREND, span_of(fields), want, point, metric, event, measure, size, breakdown, formula=formula
    )


def _heatmap(fields: Fields) -> Question:
    metric, event, measure = _subject(fields)
    want, point = _point(fields, "weekday", "hour")
    return Question(HEATMAP, span_of(fields), want, point, metric, event, measure)


def _retention(fields: Fields) -> Question:
    period = fields.peek("period")
    number = fields.number("period", 0, MOST_PERIODS) if isinstance(period, int) else None
    size = fields.choice("by", (DAY, WEEK, MONTH), WEEK) if number is not None else fields.choice(
        "period", (DAY, WEEK, MONTH), WEEK)  # fmt: skip
    want, point = _point(fields, "cohort", "period", "by")
    point = replace(point, period=number if point.period is None else point.period)
    way = retention_of(fields)
    breakdown, trait = _breakdown(fields, PARTS)
    breakdown = VERSUS if way.versus and not breakdown else breakdown
    return Question(
        RETENTION, span_of(fields, days=False), want, point, size=size, breakdown=breakdown, trait=trait, way=way
    )  # fmt: skip


def _flow(fields: Fields) -> Question:
    size = _size(fields, WEEK)
    want, point = _point(fields, "at", "origin", "goal")
    return Question(FLOW, span_of(fields), want, point, size=size)


def _funnel(fields: Fields) -> Question:
    want, point = _point(fields, "step", "by", "lost")
    breakdown, trait = _breakdown(fields, PARTS)
    return Question(
        FUNNEL, span_of(fields, days=False), want, point, size=PERIOD, breakdown=breakdown, trait=trait,
        way=funnel_of(fields),
    )  # fmt: skip


def _paths(fields: Fields) -> Question:
    want, point = _point(fields, "path")
    way = paths_of(fields)
    apart = [name for name in DAYS.values() if is_event(fields.peek(name))]
    return Question(PATHS, span_of(fields, days=False, apart=apart), want, point, size=PERIOD, way=way)


def _segment(fields: Fields) -> Question:
    """Asked for the end of a day, by default for now: it has no span of its own."""
    want, point = _point(fields)
    given = fields.mapping("rule")
    parse_rule(given)
    rule = orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode()
    return Question(SEGMENT, moment_of(fields), want, point, size=PERIOD, rule=rule)


READERS: dict[str, Callable[[Any], Question]] = {
    TREND: _trend,
    HEATMAP: _heatmap,
    RETENTION: _retention,
    FLOW: _flow,
    FUNNEL: _funnel,
    PATHS: _paths,
    SEGMENT: _segment,
}

_COLUMNS: dict[str, str] = {"origin": "from_state", "goal": "to_state"}
"""Where a column of the answer is called differently from the part of `Point`."""
_SHARED = frozenset({"by", "period"})
"""Names that mean something else at the top of a question; at a point they stand inside `point`."""


def _breakdown(fields: Fields, choices: Sequence[str]) -> tuple[str | None, str]:
    """By what, and the property's name where it is one."""
    breakdown = fields.choice("breakdown", choices) if fields.has("breakdown") else None
    trait = fields.text("property", "")
    if breakdown == PROPERTY and not trait:
        fields.refuse(_("The question lacks “property”: the name of what it is broken down by."))
    return breakdown, trait if breakdown == PROPERTY else ""


def _size(fields: Fields, default: str) -> str:
    size = fields.choice("by", (*SIZES, TOTAL), default)
    return PERIOD if size == TOTAL else size


def _subject(fields: Fields) -> tuple[str, str, str]:
    """Metric, event, and the measure of the event."""
    metric = fields.text("metric", "")
    event = fields.text("event", "")
    if bool(metric) == bool(event):
        raise Refused(_("A question of this kind names either a metric or an event, not both."))
    return metric, event, fields.choice("measure", MEASURES, COUNT) if event else COUNT


def _point(fields: Fields, *names: str) -> tuple[str, Point]:
    """What is wanted, and the point it is wanted of: inside `point`, or its columns beside the question."""
    people, events = fields.flag("people"), fields.flag("events")
    if people and events:
        raise Refused(_("Ask for the people or for the events behind a number, not for both at once."))
    inner = fields.inner("point")
    found: dict[str, Any] = {}
    for name in names:
        column = _COLUMNS.get(name, name)
        source = inner if inner.has(column) else fields
        if source.has(column) and (source is inner or name not in _SHARED):
            found[name] = _LIMITS[name](source, column)
    inner.finish()
    return (PEOPLE if people else EVENTS if events else ANSWER), Point(**found)


def _word(fields: Fields, name: str) -> str:
    return fields.text(name, "")


def _names(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(map(str, fields.names(name) or ()))


_LIMITS: dict[str, Any] = {
    "at": _word,
    "by": _word,
    "cohort": _word,
    "origin": _word,
    "goal": _word,
    "weekday": lambda fields, name: fields.number(name, 1, 7),
    "hour": lambda fields, name: fields.number(name, 0, 23),
    "period": lambda fields, name: fields.number(name, 0, MOST_PERIODS),
    "step": lambda fields, name: fields.number(name, 1, MOST_STEPS),
    "lost": lambda fields, name: fields.flag(name),
    "path": _names,
}
