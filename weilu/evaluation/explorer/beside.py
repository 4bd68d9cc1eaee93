"""What is an answer set beside, and how do the two differ? The days before, another segment, or everybody.

Rows are told apart by what stands before their value; a time by its place, since other days have other dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.metrics import PERCENT, SECONDS
from weilu.core.warehouse.links import behind
from weilu.core.warehouse.question import (
    ATTRIBUTION,
    DISTRIBUTION,
    FLOW,
    FUNNEL,
    HEATMAP,
    PATHS,
    RESPONSE,
    RETENTION,
    TOP,
    TREND,
)
from weilu.core.warehouse.questions import Answer
from weilu.core.warehouse.responses import ANSWERED
from weilu.evaluation.explorer.cells import PLAIN, Cell, bracket_word, heard_word, versus_word, when
from weilu.evaluation.explorer.words import number_in
from weilu.evaluation.plain import event_word, part_word, weekday_word

DAYS, ALL, ONE = "1", "all", "s"
"""Of an address: the days before, everybody, `s` and the number of a segment."""
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an answer: how it is told apart and named, its value, and the address of who stands behind it."""

    key: Key
    names: tuple[Cell, ...]
    value: float | None
    href: str
    unit: str = PLAIN


@dataclass(frozen=True, slots=True)
class Names:
    """What the two answers are called."""

    this: str
    other: str


def other_question(question: Mapping[str, Any], compare: str) -> dict[str, Any] | None:
    """The question beside; None where there is none to be set beside."""
    if str(question.get("kind")) not in LINES:
        return None
    if compare == DAYS:
        return period_before(question)
    if compare == ALL and question.get("segment"):
        return {name: part for name, part in question.items() if name != "segment"}
    if compare.startswith(ONE) and isinstance(segment := number_in(compare[1:]), int):
        return {**question, "segment": segment}
    return None


def period_before(question: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same question about as many days right before; None where it does not say its days."""
    try:
        first, last = (dt.date.fromisoformat(str(question.get(edge, ""))) for edge in ("from", "to"))
        days = last - first + dt.timedelta(days=1)
        before = {"from": str(first - days), "to": str(last - days)}
    except (ValueError, OverflowError):
        return None
    return {**question, **before} if str(question.get("kind")) in LINES and first <= last else None


def table(this: Answer, other: Answer, names: Names) -> tuple[list[str], list[list[Cell]]]:
    """Heads and rows: what is told apart, both values (each opens its people), by how much they differ."""
    mine, theirs = list(lines(this)), {line.key: line for line in lines(other)}
    known = {line.key for line in mine}
    pairs: list[tuple[Line | None, Line | None]] = [(line, theirs.get(line.key)) for line in mine]
    pairs += [(None, line) for key, line in theirs.items() if key not in known]
    rows = [
        _row(pair, (bool(this.others), bool(other.others)))
        for pair in pairs
        if this.question["kind"] != HEATMAP or any(one and one.value for one in pair)
    ]
    heads = HEADS[this.question["kind"]]("by" in this.columns)
    return [*heads, names.this, names.other, _("Difference"), _("In per cent")], rows


def _row(pair: tuple[Line | None, Line | None], cut: tuple[bool, bool]) -> list[Cell]:
    """`cut` is an answer that does not list every part: what it lacks may well have happened."""
    line = pair[0] or pair[1]
    assert line is not None
    values = [
        one.value if one else _absent(line.unit, unlisted) for one, unlisted in zip(pair, cut, strict=True)
    ]
    hrefs = [one.href if one and one.value else "" for one in pair]
    shown = [Cell(value, line.unit, href) for value, href in zip(values, hrefs, strict=True)]
    return [
        *line.names,
        *shown,
        Cell(gap(*values), line.unit, signed=True),
        Cell(growth(*values), PERCENT, signed=True),
    ]


def _absent(unit: str, unlisted: bool) -> int | None:
    return None if unlisted or unit in (PERCENT, SECONDS) else 0


def gap(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def growth(value: float | None, other: float | None) -> float | None:
    """By how many per cent the first is above the second."""
    return 100 * (value - other) / abs(other) if value is not None and other else None


# the lines of each kind ----------------------------------------------------------------------------------------------


def lines(answer: Answer) -> Iterable[Line]:
    return LINES[answer.question["kind"]](answer, "by" in answer.columns)


def _trend(answer: Answer, broken: bool) -> Iterable[Line]:
    places = _places(row[0] for row in answer.rows)
    for row in answer.rows:
        point = {"at": row[0], **({"by": row[1]} if broken else {})}
        part = [Cell(part_word(row[1], answer.question.get("breakdown")))] if broken else []
        names = (when(row[0]), *part)
        yield Line(
            (places[row[0]], *row[1:-1]), names, row[-1], behind(answer.question, **point), answer.unit
        )


def _heatmap(answer: Answer, broken: bool) -> Iterable[Line]:
    for day, hour, value in answer.rows:
        names = (Cell(weekday_word(day)), Cell(f"{hour}:00"))
        yield Line((day, hour), names, value, behind(answer.question, weekday=day, hour=hour), answer.unit)


def _retention(answer: Answer, broken: bool) -> Iterable[Line]:
    """Shares of the cohort, since cohorts differ in size."""
    places = _places(row[0] for row in answer.rows)
    for row in answer.rows:
        part, (size, period, returned) = row[1:-3], row[-3:]
        point = {"cohort": row[0], "period": period, **({"by": part[0]} if part else {})}
        names = (when(row[0]), *(Cell(versus_word(one)) for one in part), Cell(period))
        share = 100 * returned / size if size else None
        yield Line((places[row[0]], *part, period), names, share, behind(answer.question, **point), PERCENT)


def _funnel(answer: Answer, broken: bool) -> Iterable[Line]:
    for row in answer.rows:
        point = {"step": row[0], **({"by": row[2]} if broken else {})}
        names = (Cell(row[0]), Cell(event_word(row[1])), *([Cell(row[2])] if broken else []))
        yield Line((row[0], *row[2:-2]), names, row[-2], behind(answer.question, **point))


def _paths(answer: Answer, broken: bool) -> Iterable[Line]:
    for path, members in answer.rows:
        name = Cell(" → ".join(map(event_word, path)))
        yield Line(tuple(path), (name,), members, behind(answer.question, path=path))


def _flow(answer: Answer, broken: bool) -> Iterable[Line]:
    places = _places(row[0] for row in answer.rows)
    for at, origin, goal, members in answer.rows:
        names = (when(at), Cell(part_word(origin, "state")), Cell(part_word(goal, "state")))
        href = behind(answer.question, at=at, from_state=origin, to_state=goal)
        yield Line((places[at], origin, goal), names, members, href)


def _top(answer: Answer, broken: bool) -> Iterable[Line]:
    for part, value in answer.rows:
        yield Line((part,), (Cell(part_word(part)),), value, behind(answer.question, by=part), answer.unit)


def _distribution(answer: Answer, broken: bool) -> Iterable[Line]:
    asked = answer.question
    often = asked.get("of", "times") == "times"
    counted = {**asked, ("people" if often else "events"): True}
    for low, below, members, events in answer.rows:
        point = {"below": below} if low is None else {"low": low}
        name = Cell(bracket_word(low, below, often))
        yield Line((low, below), (name,), members if often else events, behind(counted, **point))


def _response(answer: Answer, broken: bool) -> Iterable[Line]:
    """Median waits; each opens the messages that were answered."""
    asked, places = answer.question, _places(row[0] for row in answer.rows)
    for row in answer.rows:
        point = {"at": row[0], **({"by": row[1]} if broken else {})}
        part = [Cell(heard_word(row[1], asked.get("breakdown")))] if broken else []
        href = behind(asked, **point, which=ANSWERED)
        yield Line((places[row[0]], *row[1:-6]), (when(row[0]), *part), row[-3], href, SECONDS)


def _attribution(answer: Answer, broken: bool) -> Iterable[Line]:
    credited = {**answer.question, "events": True}
    for part, _members, _conversions, credit, _value in answer.rows:
        yield Line((part,), (Cell(part_word(part)),), credit, behind(credited, by=part))


def _places(times: Iterable[str]) -> dict[str, int]:
    """Which one each time is, from the first."""
    return {time: place for place, time in enumerate(dict.fromkeys(times))}


LINES: dict[str, Callable[[Answer, bool], Iterable[Line]]] = {
    TREND: _trend,
    HEATMAP: _heatmap,
    RETENTION: _retention,
    FUNNEL: _funnel,
    PATHS: _paths,
    TOP: _top,
    DISTRIBUTION: _distribution,
    RESPONSE: _response,
    ATTRIBUTION: _attribution,
    FLOW: _flow,
}
HEADS: dict[str, Callable[[bool], Sequence[str]]] = {
    TREND: lambda broken: [_("Time"), *([_("Part")] if broken else [])],
    HEATMAP: lambda broken: [_("Weekday"), _("Hour")],
    RETENTION: lambda broken: [_("Began"), *([_("Part")] if broken else []), _("Period")],
    FUNNEL: lambda broken: [_("Step"), _("Event"), *([_("Part")] if broken else [])],
    PATHS: lambda broken: [_("Path")],
    TOP: lambda broken: [_("Part")],
    DISTRIBUTION: lambda broken: [_("Part")],
    RESPONSE: lambda broken: [_("Time"), *([_("Part")] if broken else [])],
    ATTRIBUTION: lambda broken: [_("Channel")],
    FLOW: lambda broken: [_("Time"), _("From"), _("To")],
}
