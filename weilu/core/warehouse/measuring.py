"""Which measure does a question ask for, in which unit, and by what can it be broken down?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core import metrics
from weilu.core.warehouse.compile import trend
from weilu.core.warehouse.distributions import TIMES, Distribution
from weilu.core.warehouse.formulas import Named
from weilu.core.warehouse.frame import HOUR, Frame
from weilu.core.warehouse.measures import Computed, Events, Measure, People, Sums, parts
from weilu.core.warehouse.question import (
    ATTRIBUTION,
    DISTRIBUTION,
    FLOW,
    FUNNEL,
    MEMBERS,
    PATHS,
    RESPONSE,
    RETENTION,
    SEGMENT,
    SUM,
    TREND,
    Question,
    Refused,
)

OWN_UNIT = (RETENTION, FLOW, FUNNEL, PATHS, SEGMENT, DISTRIBUTION, RESPONSE, ATTRIBUTION)
"""Kinds that say by themselves what they count."""


def measure_of(question: Question) -> tuple[Measure | None, str]:
    if question.kind == FLOW and question.size == HOUR:
        raise Refused(_("States change by the day: ask for moves by day, week or month."))
    if question.kind in OWN_UNIT:
        return None, metrics.SECONDS if question.kind == RESPONSE else _counted(question)
    measure, unit = _asked_measure(question)
    if (question.kind != TREND or question.size == HOUR) and not all(map(_by_the_hour, parts(measure))):
        raise Refused(_("By the hour events are counted, or the members who did them; “%(metric)s” cannot be cut by hour.")
                      % {"metric": question.metric or (question.formula.text if question.formula else "")})  # fmt: skip
    return measure, unit


def can_be_broken_down(measure: Measure, question: Question, frame: Frame) -> None:
    apart = not question.top or all(map(_by_the_hour, parts(measure)))
    if not apart or any(frame.breakdown not in trend.breakdowns(one, frame) for one in parts(measure)):
        raise Refused(_("“%(what)s” cannot be broken down by %(by)s.")
                      % {"what": question.metric or question.event or (question.formula.text if question.formula else ""), "by": frame.breakdown})  # fmt: skip


def _counted(question: Question) -> str:
    """Members, or events where it is those that a question without a measure counts."""
    numbers = isinstance(question.way, Distribution) and question.way.of != TIMES
    return metrics.EVENTS if numbers or question.kind == ATTRIBUTION else metrics.PEOPLE


def _asked_measure(question: Question) -> tuple[Measure, str]:
    if question.formula is None:
        return _metric(question.metric) if question.metric else _event(question)
    named = []
    for one in question.formula.measures:
        measure, _unit = _metric(one.metric) if one.metric else _event(one)
        assert not isinstance(measure, Computed)
        named.append((one.name, measure))
    return Computed(question.formula.text, tuple(named)), metrics.RATIO


def _by_the_hour(measure: Measure) -> bool:
    return isinstance(measure, Events | Sums) or (isinstance(measure, People) and not measure.days)


def _metric(slug: str) -> tuple[Measure, str]:
    metric = metrics.find(slug)
    if metric is None:
        known = ", ".join(one.slug for one in metrics.all_metrics())
        raise Refused(
            _("There is no metric “%(slug)s”. There are: %(known)s.") % {"slug": slug, "known": known}
        )
    return metric.measure, metric.unit


def _event(asked: Question | Named) -> tuple[Measure, str]:
    some = (asked.event,)
    if asked.measure == MEMBERS:
        return People(some, where=asked.where), metrics.PEOPLE
    if asked.measure == SUM:
        return Sums(some, asked.where), metrics.VALUE
    unit = metrics.MESSAGES if asked.event == "message.sent" else metrics.EVENTS
    return Events(some, where=asked.where), unit
