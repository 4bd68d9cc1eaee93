"""How does a question about one number read in plain words?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from weilu.core import metrics
from weilu.core.events import kinds
from weilu.core.warehouse.compile.source import ANY, INTERACTION
from weilu.core.warehouse.paths import is_event

STATES = {
    "new": gettext_lazy("New"),
    "active": gettext_lazy("Active"),
    "returning": gettext_lazy("Returning"),
    "dormant": gettext_lazy("Dormant"),
    "churned": gettext_lazy("Churned"),
    "none": gettext_lazy("not a member"),
}
PARTS = {
    "none": gettext_lazy("none of them"),
    "other": gettext_lazy("others"),
    "unattributed": gettext_lazy("no touch"),
}
"""Parts that the house names itself."""
WAITS = {
    "asked": gettext_lazy("Messages that wait for an answer"),
    "answered": gettext_lazy("Messages that were answered"),
    "unanswered": gettext_lazy("Messages that were not answered"),
    "within": gettext_lazy("Messages that were answered quickly"),
}
EVERYTHING = {INTERACTION: gettext_lazy("Took part"), ANY: gettext_lazy("Whatever happened")}
MEASURES = {
    "count": "%(event)s",
    "members": gettext_lazy("Members · %(event)s"),
    "sum": gettext_lazy("Sum of values · %(event)s"),
}
SIGNS = {"eq": "=", "in": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}
BROUGHT = {
    "new": gettext_lazy("import %(n)s"),
    "known": gettext_lazy("import %(n)s, known before"),
    "all": gettext_lazy("import %(n)s, with what was known before"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """`what` is counted, `when`, and the exact `definition` where it is a metric."""

    what: str
    when: str
    definition: str = ""


def tell(question: Mapping[str, Any]) -> Told:
    """From a question that has been answered, so that its parts are known to be sound."""
    return TELLERS[question["kind"]](question, {**question, **question.get("point", {})})


def looking_back(question: Mapping[str, Any]) -> str:
    """As of which day, and with which knowledge: that of a day, or of a position of the log. Empty where it asks of the present."""
    said, known = [], question.get("known")
    if (day := _given_day(question.get("as_of"))) is not None:
        said.append(_("as of %(day)s") % {"day": long_day(day)})
    if isinstance(known, int):
        said.append(_("as known at position %(n)s of the log") % {"n": f"{known:,}"})
    elif (day := _given_day(known)) is not None:
        said.append(_("as known on %(day)s") % {"day": long_day(day)})
    return " · ".join(said)


def ask_word(question: Mapping[str, Any]) -> Told:
    """What a whole question asks, also one that cannot be answered."""
    try:
        what, when = TITLES[str(question.get("kind"))](question), _span(question)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Told(str(_("A question of your own")), "")
    return Told(what, when)


def _retention_title(question: Mapping[str, Any]) -> str:
    named = {"start": event_word(question["start"]), "back": event_word(question["return"])}
    return _("Who came back: “%(start)s”, then “%(back)s”") % named


def _paths_title(question: Mapping[str, Any]) -> str:
    before = question.get("before") or (question.get("to") if is_event(question.get("to")) else "")
    after = question.get("after") or question["from"]
    if before:
        return _("Paths to “%(event)s”") % {"event": event_word(before)}
    return _("Paths after “%(event)s”") % {"event": event_word(after)}


def _touches_title(question: Mapping[str, Any]) -> str:
    return _("Where “%(event)s” came from") % {"event": event_word(question["target"])}


def _heatmap_title(question: Mapping[str, Any]) -> str:
    return _("%(what)s by weekday and hour") % {"what": _subject(question)[0]}


TITLES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "trend": lambda question: _subject(question)[0],
    "heatmap": _heatmap_title,
    "retention": _retention_title,
    "flow": lambda question: str(_("Moves between states")),
    "funnel": lambda question: " → ".join(event_word(one) for one in question["steps"]),
    "paths": _paths_title,
    "top": lambda question: str(_("Top list: %(what)s")) % {"what": _subject(question)[0]},
    "distribution": lambda question: (
        str(_("How often, how large: %(event)s")) % {"event": _counted(question)}
    ),
    "response": lambda question: str(_("How soon messages are answered")),
    "attribution": _touches_title,
    "segment": lambda question: str(_("Members of a segment")),
}


def _trend(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    what, definition = _subject(question)
    part = question.get("point", {}).get("by")
    when = _bucket(question, point.get("at"))
    if question.get("batch"):
        when += " · " + str(BROUGHT[question.get("brought") or "new"]) % {"n": question["batch"]}
    if question.get("visitors"):
        when += " · " + _("with visitors")
    return Told(f"{what} · {part_word(part, question.get('breakdown'))}" if part else what, when, definition)


def _heatmap(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    what, definition = _subject(question)
    hour = _("%(weekday)s, %(hour)s to %(next)s o’clock") % {
        "weekday": weekday_word(point["weekday"]),
        "hour": point["hour"],
        "next": point["hour"] + 1,
    }
    return Told(what, f"{hour} · {_span(question)}", definition)


def _retention(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    number = question.get("point", {}).get("period")
    size = question.get("period")
    began = _bucket({**question, "by": size if isinstance(size, str) else "week"}, point.get("cohort"))
    start = event_word(question["start"])
    if number is None:
        return Told(_("Began with “%(start)s”") % {"start": start}, began)
    named = {"start": start, "back": event_word(question["return"]), "n": number}
    return Told(_("Began with “%(start)s”, then “%(back)s” in period %(n)s") % named, began)


def _flow(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    moved = {"from": STATES.get(point["from_state"], ""), "to": STATES.get(point["to_state"], "")}
    return Told(_("From “%(from)s” to “%(to)s”") % moved, _bucket(question, point.get("at")))


def _funnel(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    steps, step = question["steps"], point["step"]
    named = {"n": step, "of": len(steps), "event": event_word(steps[step - 1]["event"])}
    what = (
        _("Lost before step %(n)s of %(of)s: %(event)s")
        if point.get("lost")
        else _("Step %(n)s of %(of)s: %(event)s")
    )
    part = question.get("point", {}).get("by")
    return Told(f"{what % named} · {part}" if part else what % named, _span(question))


def _paths(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    return Told(" → ".join(event_word(one) for one in point["path"]), _span(question))


def _top(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    what, definition = _subject(question)
    return Told(f"{what} · {part_word(point.get('by'))}", _span(question), definition)


def _distribution(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    low, below = point.get("low"), point.get("below")
    row = _("from %(low)s on") % {"low": low} if low is not None else _("under %(below)s") % {"below": below}
    return Told(f"{_counted(question)} · {row}", _span(question))


def _response(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    part = question.get("point", {}).get("by")
    shown = f"{part}:00" if question.get("breakdown") == "hour" else part_word(part)
    what = str(WAITS[point.get("which") or "asked"])
    return Told(f"{what} · {shown}" if part else what, _bucket({"by": "day", **question}, point.get("at")))


def _attribution(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    return Told(f"{_touches_title(question)} · {part_word(point.get('by'))}", _span(question))


def _counted(question: Mapping[str, Any]) -> str:
    return event_word(question["event"]) + where_word(question.get("where"))


def part_word(part: Any, by: str | None = None) -> str:
    """What a part is called on pages: what the house names itself in the reader's language, the rest as it is."""
    return str((STATES if by in ("state", "tier") else PARTS).get(part, part))


def _segment(question: Mapping[str, Any], point: Mapping[str, Any]) -> Told:
    return Told(str(_("Members of a segment")), _span(question))


TELLERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Told]] = {
    "trend": _trend,
    "heatmap": _heatmap,
    "retention": _retention,
    "flow": _flow,
    "funnel": _funnel,
    "paths": _paths,
    "top": _top,
    "distribution": _distribution,
    "response": _response,
    "attribution": _attribution,
    "segment": _segment,
}


def _subject(question: Mapping[str, Any]) -> tuple[str, str]:
    if question.get("formula"):
        return str(question["formula"]), ""
    metric = metrics.find(question.get("metric", ""))
    if metric:
        return str(metric.label), str(metric.definition)
    named = {"event": event_word(question["event"]) + where_word(question.get("where"))}
    return str(MEASURES[question.get("measure") or "count"]) % named, ""


def where_word(where: Mapping[str, Any] | None) -> str:
    """Conditions as they are read: “ (channel = poster, value ≥ 100)”."""
    told = [
        _condition_word(name, op, value) for name, ops in (where or {}).items() for op, value in _ops(ops)
    ]
    return f" ({', '.join(told)})" if told else ""


def _ops(told: Any) -> list[tuple[str, Any]]:
    if isinstance(told, Mapping):
        return list(told.items())
    return [("in" if isinstance(told, list) else "eq", told)]


def _condition_word(name: str, op: str, value: Any) -> str:
    if op == "exists":
        return str(_("with %(name)s") if value else _("without %(name)s")) % {"name": name}
    values = "/".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{name} {SIGNS.get(op, op)} {values}"


def event_word(told: str | Mapping[str, Any]) -> str:
    """What an event is called on pages; an own one as it was sent."""
    slug = told if isinstance(told, str) else told["event"]
    if slug in EVERYTHING:
        return str(EVERYTHING[slug])
    kind = kinds.find(slug) or kinds.find(kinds.meant_by(slug))
    return str(kind.label) if kind else slug


def _bucket(question: Mapping[str, Any], at: str | None) -> str:
    size = question.get("by", "day" if question["kind"] == "trend" else "week")
    if at is None or size in ("period", "total"):
        return _span(question)
    if size == "hour":
        begun = dt.datetime.fromisoformat(at)
        return f"{long_day(begun.date())} {begun:%H:%M}"
    day = dt.date.fromisoformat(at)
    if size == "week":
        return _("week of %(day)s") % {"day": long_day(day)}
    return _month(day) if size == "month" else long_day(day)


def _span(question: Mapping[str, Any]) -> str:
    first, last = (_given_day(question.get(edge)) for edge in ("from", "to"))
    if first is None or last is None:
        since = _("since %(day)s") % {"day": long_day(first)} if first else ""
        until = _("until %(day)s") % {"day": long_day(last)} if last else ""
        return since or until or str(_("all days"))
    return long_day(first) if first == last else f"{long_day(first)} – {long_day(last)}"


def _given_day(told: object) -> dt.date | None:
    """A day of the question; None where it was left out or names an event."""
    return None if told is None or is_event(told) else dt.date.fromisoformat(str(told))


def long_day(day: dt.date) -> str:
    """2018年6月12日; Jun 12, 2018."""
    return f"{day.year}年{day.month}月{day.day}日" if _chinese() else date_format(day, "M j, Y")


def _month(day: dt.date) -> str:
    return f"{day.year}年{day.month}月" if _chinese() else date_format(day, "F Y")


def weekday_word(number: int) -> str:
    """1 is Monday."""
    day = dt.date(2024, 1, number)  # a January that begins on a Monday
    return f"周{'一二三四五六日'[number - 1]}" if _chinese() else date_format(day, "l")


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
