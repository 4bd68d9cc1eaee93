"""The questions about ways once more, in plain Python over lists: slow, short, and from the definitions."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.duck import Span
from tests.oracle.logs import Log
from weilu.core.events.kinds import interactions
from weilu.core.events.rows import Row
from weilu.core.warehouse.frame import after, day_start, label_of

Happened = list[Row]
Fits = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Journey:
    """The furthest way of one member: how many steps, and the moments at which they were taken."""

    first: Row
    moments: list[int]


def by_member(log: Log, span: Span) -> dict[int, Happened]:
    """Each member's events of the span in the order of the log, no bots."""
    start, end = edges(span)
    persons = log.persons_at(span.known)
    found: dict[int, Happened] = {}
    for row in sorted(log.rows, key=lambda one: (one.happened, one.position)):
        person = persons[row.identity]
        known = span.known is None or row.position <= span.known
        theirs = span.people is None or person in span.people
        if person and known and theirs and row.community in span.communities and start <= row.happened < end:
            found.setdefault(person, []).append(row)
    return found


def edges(span: Span) -> tuple[int, int]:
    """First millisecond, and the first one after it."""
    last = span.last if span.as_of is None else min(span.last, span.as_of)
    return day_start(span.first, span.timezone) * 1000, _next_day(last, span.timezone) * 1000


def _next_day(day: Any, timezone: str) -> int:
    return day_start(day + dt.timedelta(days=1), timezone)


def fits(step: dict[str, Any]) -> Fits:
    """Whether a row fits a step of a question."""
    kind = step["event"]
    tests: list[Fits] = [lambda row: _is(row, kind)]
    for name, told in step.get("where", {}).items():
        conditions = told if isinstance(told, dict) else {"in" if isinstance(told, list) else "eq": told}
        for op, value in conditions.items():
            tests.append(lambda row, name=name, op=op, value=value: _holds(_field(row, name), op, value))
    return lambda row: all(test(row) for test in tests)


def _is(row: Row, kind: str) -> bool:
    return kind == "*" or (row.kind in interactions() if kind == "interaction" else row.kind == kind)


def _field(row: Row, name: str) -> Any:
    plain = {"value": row.value, "source": row.source}
    return plain[name] if name in plain else row.data.get(name)


def _holds(found: Any, op: str, value: Any) -> bool:
    if op == "exists":
        return (found is not None) == value
    if op in ("eq", "ne", "in"):
        among = any(_same(found, one) for one in (value if op == "in" else [value]))
        return among != (op == "ne")
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return {"gt": found > value, "gte": found >= value, "lt": found < value, "lte": found <= value}[op]


def _same(found: Any, value: Any) -> bool:
    return found == value and isinstance(found, bool) == isinstance(value, bool) and found is not None


def funnel(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the answer."""
    steps = question["steps"]
    ways = [way for rows in by_member(log, span).values() if (way := journey(rows, question)) is not None]
    parts: list[str | None] = [None]
    if question.get("breakdown") == "community":
        parts = [f"C{pk}" for pk in span.communities]
    found = []
    for n, step in enumerate(steps, 1):
        for part in parts:
            mine = [w for w in ways if len(w.moments) >= n and part in (None, f"C{w.first.community}")]
            waits = sorted(way.moments[n - 1] - way.moments[n - 2] for way in mine) if n > 1 else []
            middle = waits[(len(waits) - 1) // 2] / 1000 if waits else None
            found.append((n, step["event"], *([part] if part else []), len(mine), middle))
    return found


def journey(rows: Happened, question: dict[str, Any]) -> Journey | None:
    """Of the ways from all beginnings, the first that got furthest."""
    out = [fits(one) for one in question.get("exclude", [])]
    steps = [fits(one) for one in question["steps"]]
    excluded = [any(test(row) for test in out) for row in rows]
    taken = [[not gone and test(row) for test in steps] for row, gone in zip(rows, excluded, strict=True)]
    best: Journey | None = None
    for begin, marks in enumerate(taken):
        if not (any(marks) if question.get("order") == "unordered" else marks[0]):
            continue
        way = _way(begin, rows, taken, excluded, question)
        if way and (best is None or len(way) > len(best.moments)):
            moments = [rows[place].happened for place in way]
            if question.get("order") == "unordered":
                moments = [max(moments[: n + 1]) for n in range(len(moments))]
            best = Journey(rows[way[0]], moments)
    return best


def _way(
    begin: int, rows: Happened, taken: list[list[bool]], excluded: list[bool], question: dict[str, Any]
) -> list[int]:
    """Places of the steps of the way from one beginning."""
    order, window = question.get("order", "loose"), seconds(question.get("window"))

    def reachable(place: int) -> bool:
        near = window is None or rows[place].happened - rows[begin].happened <= window * 1000
        return near and not any(excluded[begin : place + 1])

    way = [] if order == "unordered" else [begin]
    for step in range(len(way), len(question["steps"])):
        start = begin if order == "unordered" else way[-1] + 1
        later = range(start, min(start + 1, len(rows)) if order == "strict" else len(rows))
        place = next((one for one in later if taken[one][step]), None)
        if place is None or not reachable(place):
            break
        way.append(place)
    return way


def seconds(window: str | None) -> int | None:
    if window is None:
        return None
    return int(window[:-1]) * {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}[window[-1]]


def paths(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[list[str], int]]:
    """The rows of the answer."""
    walks = Counter(tuple(one) for one in _walks(by_member(log, span).values(), question))
    ordered = sorted(walks.items(), key=lambda one: (-one[1], one[0]))
    return [(list(path), members) for path, members in ordered[: question.get("top", 20)]]


def _walks(members: Iterable[Happened], question: dict[str, Any]) -> Iterator[Sequence[str]]:
    backwards = "before" in question
    kind, depth, window = (
        question["before" if backwards else "after"],
        question.get("depth", 3),
        seconds(question.get("window")),
    )
    out = [fits(one) for one in question.get("exclude", [])]
    for every in members:
        rows = [row for row in every if not any(test(row) for test in out)]
        at = next((place for place, row in enumerate(rows) if _is(row, kind)), None)
        if at is None:
            continue
        part = rows[: at + 1] if backwards else rows[at:]
        near = [
            r.kind for r in part if window is None or abs(r.happened - rows[at].happened) <= window * 1000
        ]
        if question.get("collapse"):
            near = [one for place, one in enumerate(near) if place == 0 or near[place - 1] != one]
        yield near[-depth:] if backwards else near[:depth]


def retention(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the answer, of a span in days, weeks or months of which all were over long ago."""
    size, edges = question["period"], _edges(question)
    start, back = fits({"event": question["start"]}), fits({"event": question["return"]})
    programme = fits({"event": question["versus"]}) if "versus" in question else None
    whole = dataclasses.replace(span, first=dt.date(1990, 1, 1), last=span.as_of or dt.date(2090, 1, 1))
    counted: Counter[tuple[dt.date, str, int | None]] = Counter()
    for rows in by_member(log, whole).values():
        days = [(row, local_day(row, span.timezone)) for row in rows]
        starts = [(row, day) for row, day in days if start(row)][: None if question.get("every") else 1]
        cohorts = {
            (label_of(day, size), _part(row, question))
            for row, day in starts
            if span.first <= day <= span.last
        }
        for label, named in cohorts:
            part = named
            if programme:
                inside = [
                    row
                    for row, day in days
                    if label_of(day, size) == label and span.first <= day <= span.last
                ]
                part = "with" if any(map(programme, inside)) else "without"
            counted[(label, part, None)] += 1
            since = [_periods_between(label, label_of(day, size), size) for row, day in days if back(row)]
            for low, high in pairwise(edges):
                end = high if question.get("mode") != "rolling" else 10**6
                if sum(low <= n < end for n in since) >= question.get("times", 1):
                    counted[(label, part, low)] += 1
    parts = _parts(span, question)
    return [
        (
            label.isoformat(),
            *([part] if part else []),
            counted[(label, part, None)],
            low,
            counted[(label, part, low)],
        )
        for label in _labels(span, size)
        for part in parts
        for low, high in pairwise(edges)
        if _later(label, high, size) <= (span.as_of or dt.date(2090, 1, 1)) + dt.timedelta(days=1)
    ]


def _edges(question: dict[str, Any]) -> list[int]:
    if question.get("mode") == "bracket":
        return [0, *question["brackets"]]
    return list(range(question["periods"] + 1))


def _part(row: Row, question: dict[str, Any]) -> str:
    return f"C{row.community}" if question.get("breakdown") == "community" else ""


def _parts(span: Span, question: dict[str, Any]) -> list[str]:
    if "versus" in question:
        return ["with", "without"]
    return [f"C{pk}" for pk in span.communities] if question.get("breakdown") == "community" else [""]


def _labels(span: Span, size: str) -> list[dt.date]:
    days = [span.first + dt.timedelta(days=n) for n in range((span.last - span.first).days + 1)]
    return sorted({label_of(day, size) for day in days})


def _later(label: dt.date, periods: int, size: str) -> dt.date:
    for _ in range(periods):
        label = after(label, size)
    return label


def _periods_between(first: dt.date, second: dt.date, size: str) -> int:
    if size == "month":
        return (second.year - first.year) * 12 + second.month - first.month
    return (second - first).days // (7 if size == "week" else 1)


def local_day(row: Row, timezone: str) -> dt.date:
    return dt.datetime.fromtimestamp(row.happened / 1000, ZoneInfo(timezone)).date()
