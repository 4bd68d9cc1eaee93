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
from weilu.core.warehouse.attributions import Attribution, attribution_of
from weilu.core.warehouse.distributions import Distribution, distribution_of
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.formulas import Formula, formula_of
from weilu.core.warehouse.frame import DAY, MONTH, PERIOD, SIZES, WEEK
from weilu.core.warehouse.funnels import Funnel, funnel_of
from weilu.core.warehouse.paths import DAYS, MOST_PATHS, Paths, is_event, paths_of
from weilu.core.warehouse.points import ANSWER as ANSWER
from weilu.core.warehouse.points import EVENTS as EVENTS
from weilu.core.warehouse.points import NOWHERE, Point, point_of
from weilu.core.warehouse.points import PEOPLE as PEOPLE
from weilu.core.warehouse.refusal import Refused as Refused
from weilu.core.warehouse.responses import HOUR, Response, response_of
from weilu.core.warehouse.retentions import MOST_PERIODS, Retention, retention_of
from weilu.core.warehouse.span import Span, moment_of, span_of
from weilu.core.warehouse.steps import Condition, where_of

TREND, HEATMAP, RETENTION, FLOW = "trend", "heatmap", "retention", "flow"
FUNNEL, PATHS, SEGMENT = "funnel", "paths", "segment"
DISTRIBUTION, TOP, RESPONSE, ATTRIBUTION = "distribution", "top", "response", "attribution"
KINDS = (
    TREND, HEATMAP, RETENTION, FLOW, FUNNEL, PATHS, DISTRIBUTION, TOP, RESPONSE, ATTRIBUTION, SEGMENT,
)  # fmt: skip

COUNT, MEMBERS, SUM = "count", "members", "sum"
COMMUNITY, SOURCE, PROPERTY = "community", "source", "property"
INVITER, VERSUS, MEMBER = "inviter", "versus", "member"
PARTS = (COMMUNITY, SOURCE, INVITER, PROPERTY)
"""What the event that a member begins with can be asked for."""
BREAKDOWNS = (COMMUNITY, "state", "tier", SOURCE, INVITER, PROPERTY)
TOPPED = (COMMUNITY, SOURCE, INVITER, PROPERTY)
"""Parts of a trend of which there may be many, so that some stand apart and the others together."""
LISTED = (MEMBER, COMMUNITY, SOURCE, INVITER, PROPERTY)
"""What a top list can be of."""
HEARD = (COMMUNITY, SOURCE, HOUR)
"""By what answers can be broken down."""
MOST_PARTS = 200
MEASURES = (COUNT, MEMBERS, SUM)
"""What is made of an event that is asked for by name: how many, how many members did it, the sum of its values."""
TOTAL = "total"
"""Another word for `period`: one row for the whole span."""
MOST_DEEP = 64
"""A rule may be nested 20 deep, each time by an object and a list."""
Way = Funnel | Paths | Retention | Distribution | Response | Attribution


@dataclass(frozen=True, slots=True)
class Question:
    """Of `metric` and `event` (with its `measure` and what must hold `where` it counts) one is empty; `way` is what other
    kinds say beside. `trait` is the property that is broken down by, where `breakdown` says so; with `top` only so many parts of it stand
    apart. `rule` belongs to a
    segment: as JSON text, since of two equal rules in Python one may say 1 and the other true."""

    kind: str
    span: Span
    want: str = ANSWER
    point: Point = NOWHERE
    metric: str = ""
    event: str = ""
    measure: str = COUNT
    where: tuple[Condition, ...] = ()
    size: str = DAY
    breakdown: str | None = None
    trait: str = ""
    top: int = 0
    way: Way | None = None
    rule: str = ""
    formula: Formula | None = None

    @property
    def by_name(self) -> bool:
        """Whether it is about events as they are called, not about a metric of communities or their members' states."""
        if self.formula is not None:
            return not any(one.metric for one in self.formula.measures)
        return not self.metric and self.kind not in (FLOW, RESPONSE)


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
    subject = {} if formula else _subject(fields)
    breakdown, trait = _breakdown(fields, BREAKDOWNS)
    top = _top(fields, breakdown)
    given = fields.peek("by")
    shorthand = breakdown is not None and isinstance(given, str) and given not in (*SIZES, TOTAL)
    point_by = fields.text("by") if shorthand else None
    size = DAY if shorthand else _size(fields, DAY)
    want, point = point_of(fields, "at", "by")
    point = Point(at=point.at, by=point.by if point.by is not None else point_by)
    return Question(
        TREND, span_of(fields), want, point, size=size, breakdown=breakdown, trait=trait, top=top,
        formula=formula, **subject,
    )  # fmt: skip


def _heatmap(fields: Fields) -> Question:
    subject = _subject(fields)
    want, point = point_of(fields, "weekday", "hour")
    return Question(HEATMAP, span_of(fields), want, point, **subject)


def _retention(fields: Fields) -> Question:
    period = fields.peek("period")
    number = fields.number("period", 0, MOST_PERIODS) if isinstance(period, int) else None
    size = fields.choice("by", (DAY, WEEK, MONTH), WEEK) if number is not None else fields.choice(
        "period", (DAY, WEEK, MONTH), WEEK)  # fmt: skip
    want, point = point_of(fields, "cohort", "period", "by")
    point = replace(point, period=number if point.period is None else point.period)
    way = retention_of(fields)
    breakdown, trait = _breakdown(fields, PARTS)
    breakdown = VERSUS if way.versus and not breakdown else breakdown
    return Question(
        RETENTION, span_of(fields, days=False), want, point, size=size, breakdown=breakdown, trait=trait, way=way
    )  # fmt: skip


def _flow(fields: Fields) -> Question:
    size = _size(fields, WEEK)
    want, point = point_of(fields, "at", "origin", "goal")
    return Question(FLOW, span_of(fields), want, point, size=size)


def _funnel(fields: Fields) -> Question:
    want, point = point_of(fields, "step", "by", "lost")
    breakdown, trait = _breakdown(fields, PARTS)
    return Question(
        FUNNEL, span_of(fields, days=False), want, point, size=PERIOD, breakdown=breakdown, trait=trait,
        way=funnel_of(fields),
    )  # fmt: skip


def _paths(fields: Fields) -> Question:
    want, point = point_of(fields, "path")
    way = paths_of(fields)
    apart = [name for name in DAYS.values() if is_event(fields.peek(name))]
    return Question(PATHS, span_of(fields, days=False, apart=apart), want, point, size=PERIOD, way=way)


def _distribution(fields: Fields) -> Question:
    want, point = point_of(fields, "low", "below")
    way = distribution_of(fields)
    return Question(
        DISTRIBUTION, span_of(fields, days=False), want, point, size=PERIOD, trait=way.trait, way=way
    )  # fmt: skip


def _top_list(fields: Fields) -> Question:
    want, point = point_of(fields, "by")
    breakdown, trait = _breakdown(fields, LISTED, needed=True)
    subject = _event(fields)
    if (breakdown, subject["measure"]) == (MEMBER, MEMBERS):
        fields.refuse(_("Of each member there is one: list members by “count” or by “sum”."))
    top = fields.number("top", 1, MOST_PATHS, 20)
    return Question(
        TOP, span_of(fields, days=False), want, point, size=PERIOD, breakdown=breakdown, trait=trait, top=top, **subject
    )  # fmt: skip


def _response(fields: Fields) -> Question:
    want, point = point_of(fields, "at", "by", "which")
    size = _size(fields, DAY)
    breakdown = fields.choice("breakdown", HEARD) if fields.has("breakdown") else None
    return Question(
        RESPONSE, span_of(fields), want, point, size=size, breakdown=breakdown, way=response_of(fields)
    )  # fmt: skip


def _attribution(fields: Fields) -> Question:
    want, point = point_of(fields, "by")
    return Question(
        ATTRIBUTION, span_of(fields, days=False), want, point, size=PERIOD, way=attribution_of(fields)
    )  # fmt: skip


def _segment(fields: Fields) -> Question:
    """Asked for the end of a day, by default for now: it has no span of its own."""
    want, point = point_of(fields)
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
    DISTRIBUTION: _distribution,
    TOP: _top_list,
    RESPONSE: _response,
    ATTRIBUTION: _attribution,
    SEGMENT: _segment,
}


def _breakdown(fields: Fields, choices: Sequence[str], *, needed: bool = False) -> tuple[str | None, str]:
    """By what, and the property's name where it is one."""
    breakdown = fields.choice("breakdown", choices) if needed or fields.has("breakdown") else None
    trait = fields.text("property", "")
    if breakdown == PROPERTY and not trait:
        fields.refuse(_("The question lacks “property”: the name of what it is broken down by."))
    return breakdown, trait if breakdown == PROPERTY else ""


def _top(fields: Fields, breakdown: str | None) -> int:
    """How many parts stand apart; 0 for all."""
    top = fields.number("top", 1, MOST_PARTS) if fields.has("top") else 0
    if top and breakdown not in TOPPED:
        fields.refuse(_("“top” keeps the largest parts apart and the others together: break down by one of %(known)s.")
                      % {"known": ", ".join(TOPPED)})  # fmt: skip
    return top


def _size(fields: Fields, default: str) -> str:
    size = fields.choice("by", (*SIZES, TOTAL), default)
    return PERIOD if size == TOTAL else size


def _subject(fields: Fields) -> dict[str, Any]:
    """A metric; or an event, its measure, and which of these events count."""
    metric = fields.text("metric", "")
    event = fields.text("event", "")
    if bool(metric) == bool(event):
        raise Refused(_("A question of this kind names either a metric or an event, not both."))
    if metric and isinstance(fields.peek("where"), dict):
        fields.refuse(_("“where” says which events count: it stands beside an “event”, not a metric."))
    return {"metric": metric} if metric else _event(fields)


def _event(fields: Fields) -> dict[str, Any]:
    return {
        "event": fields.text("event"),
        "measure": fields.choice("measure", MEASURES, COUNT),
        "where": where_of(fields),
    }
