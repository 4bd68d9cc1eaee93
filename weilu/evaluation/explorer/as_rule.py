"""Does a rule say who stands behind a number, so that a segment of them can follow it? Pure; None where none does.

The rule names the days of the number, so that the segment follows what comes in late and who is merged, not the calendar. Whoever
makes a segment of it looks first whether it finds the same people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from weilu.core import metrics
from weilu.core.warehouse import frame as frames
from weilu.core.warehouse.compile.source import INTERACTION
from weilu.core.warehouse.measures import Events, Holding, Measure, Members, People, parts
from weilu.core.warehouse.question import COMMUNITY, FUNNEL, RETENTION, SEGMENT, SOURCE, TREND

Json = dict[str, Any]
SIZES = ("day", "week", "month", "total", "period")
LOOKS_BACK = ("as_of", "known", "batch", "member", "visitors", "timezone")
"""Parts of a question that no rule has."""


def rule_of(question: Mapping[str, Any]) -> Json | None:
    """The rule of whoever stands behind the question's point."""
    make = MAKERS.get(str(question.get("kind")))
    if make is None or any(question.get(name) for name in LOOKS_BACK):
        return None
    try:
        rule = make(question, {**question, **(question.get("point") or {})})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return None if rule is None else _narrowed(rule, question.get("segment"))


def _narrowed(rule: Json, segment: Any) -> Json:
    if not segment:
        return rule
    return {"and": [rule, segment if isinstance(segment, dict) else {"segment": segment}]}


def _segment(question: Mapping[str, Any], point: Mapping[str, Any]) -> Json | None:
    return dict(question["rule"])


# trend ---------------------------------------------------------------------------------------------------------------


def _trend(question: Mapping[str, Any], point: Mapping[str, Any]) -> Json | None:
    size, measure = question.get("by", "day"), _measure(question)
    if measure is None or size not in SIZES:
        return None
    first, last = _bucket(question, point.get("at"), size)
    if isinstance(measure, Holding | Members):
        state = {measure.key: measure.value} if isinstance(measure, Holding) else {"member_of": True}
        return None if question.get("breakdown") else state
    back = measure.days if isinstance(measure, People) else 0
    if back > (last - first).days + 1:
        first = last - dt.timedelta(days=back - 1)
    part = _part(question)
    if part is None:
        return None
    if where := {**(question.get("where") or {}), **part.get("where", {})}:
        part = {**part, "where": where}
    return _any({"did": kind, **_days(first, last), **part} for kind in measure.kinds or (INTERACTION,))


def _measure(question: Mapping[str, Any]) -> Events | People | Holding | Members | None:
    """What is counted; None for what is no deed of single members."""
    if question.get("event"):
        return People((question["event"],))
    metric = metrics.find(question.get("metric", ""))
    base: Measure | None = parts(metric.measure)[0] if metric else None
    return base if isinstance(base, Events | People | Holding | Members) else None


def _part(question: Mapping[str, Any]) -> Json | None:
    """What the part of a breakdown adds to a deed."""
    by, told = question.get("breakdown"), (question.get("point") or {}).get("by")
    if not by:
        return {}
    if told in (None, "none", "other"):
        return None
    parts_: dict[str, Json] = {COMMUNITY: {"in": [told]}, SOURCE: {"where": {"source": told}}}
    return parts_.get(str(by))


# funnel --------------------------------------------------------------------------------------------------------------


def _funnel(question: Mapping[str, Any], point: Mapping[str, Any]) -> Json | None:
    """Ways without a window are deeds one after another; with one, only the second step has the same meaning in a rule."""
    steps, number = question["steps"], point["step"]
    said = question.get("order", "loose") == "loose" and not question.get("exclude")
    if not said or question.get("breakdown") or (question.get("window") and number > 2):
        return None
    reached = _way(question, steps[:number])
    return {"and": [_way(question, steps[: number - 1]), {"not": reached}]} if point.get("lost") else reached


def _way(question: Mapping[str, Any], steps: list[Mapping[str, Any]]) -> Json:
    window = {"within": question["window"]} if question.get("window") else {}
    rule: Json = {}
    for step in reversed(steps[1:]):
        rule = {"then": {**_deed(step), **window, **rule}}
    return {**_deed(steps[0]), **_span(question), **rule}


# retention -----------------------------------------------------------------------------------------------------------


def _retention(question: Mapping[str, Any], point: Mapping[str, Any]) -> Json | None:
    if question.get("breakdown") or question.get("versus") or question.get("mode", "exact") != "exact":
        return None
    size = question["period"] if isinstance(question.get("period"), str) else question.get("by", "week")
    label = dt.date.fromisoformat(point["cohort"])
    first, last = _bucket(question, point["cohort"], size)
    began = _deed(question["start"], "did" if question.get("every") else "first") | _days(first, last)
    number = (question.get("point") or {}).get("period")
    if number is None:
        return began
    for _ in range(number):
        label = frames.after(label, size)
    times = {"times": {"gte": question["times"]}} if question.get("times", 1) > 1 else {}
    back = _deed(question["return"]) | _days(label, frames.after(label, size) - dt.timedelta(days=1)) | times
    return {"and": [began, back]}


# their parts ---------------------------------------------------------------------------------------------------------


def _deed(step: Any, word: str = "did") -> Json:
    if isinstance(step, str):
        return {word: step}
    return {word: step["event"]} | ({"where": step["where"]} if step.get("where") else {})


def _any(rules: Iterable[Json]) -> Json:
    some = list(rules)
    return some[0] if len(some) == 1 else {"or": some}


def _span(question: Mapping[str, Any]) -> Json:
    return {edge: question[edge] for edge in ("from", "to") if question.get(edge)}


def _days(first: dt.date, last: dt.date) -> Json:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _bucket(question: Mapping[str, Any], at: Any, size: str) -> tuple[dt.date, dt.date]:
    """The days of a row, within those of the question."""
    first, last = (dt.date.fromisoformat(question[edge]) for edge in ("from", "to"))
    if size in ("total", "period"):
        return first, last
    label = dt.date.fromisoformat(at)
    return max(first, label), min(last, frames.after(label, size) - dt.timedelta(days=1))


MAKERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Json | None]] = {
    SEGMENT: _segment,
    TREND: _trend,
    FUNNEL: _funnel,
    RETENTION: _retention,
}
