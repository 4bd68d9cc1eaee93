"""Trends of events, heat maps, distributions, top lists, answer times and attribution in plain Python over lists: slow, short,
and from the definitions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.duck import Span
from tests.oracle.logs import Log
from tests.oracle.plain_ways import edges, fits, local_day, seconds
from weilu.core.events.rows import Row
from weilu.core.warehouse.frame import label_of

Told = tuple[Row, int]
"""An event, and whose it is: 0 for a bot."""
TIMES = (1, 2, 3, 6, 11, 21, 51, 101)
SIZES = (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)


def happened(log: Log, span: Span, since: int | None = None) -> list[Told]:
    """What the span holds, in the order of the log; from an earlier moment (ms) where one is given."""
    start, end = edges(span)
    persons = log.persons_at(span.known)
    return [
        (row, persons[row.identity])
        for row in sorted(log.rows, key=lambda one: (one.happened, one.position))
        if (span.known is None or row.position <= span.known) and row.community in span.communities
        and (start if since is None else since) <= row.happened < end
        and (span.people is None or persons[row.identity] in span.people)
    ]  # fmt: skip


def number(measure: str, some: Iterable[Told]) -> int:
    """How many, how many members, or the sum of the values."""
    some = list(some)
    if measure == "members":
        return len({who for _row, who in some} - {0})
    return len(some) if measure == "count" else sum(row.value or 0 for row, _who in some)


def part_of(question: dict[str, Any]) -> Callable[[Told], str]:
    """As the answer shows it."""
    by = question.get("breakdown")
    return {
        "community": lambda one: f"C{one[0].community}",
        "source": lambda one: one[0].source,
        "member": lambda one: f"M{one[1]} #{one[1]}",
        "property": lambda one: one[0].data.get(question["property"]) or "none",
    }.get(by, lambda one: "")


def ranked(question: dict[str, Any], some: Sequence[Told], span: Span) -> list[tuple[str, int]]:
    """The parts by their value over the whole span, the highest first; among equals in order, what is lacking first."""
    told, measure = part_of(question), question.get("measure", "count")
    counted = [one for one in some if one[1] or (measure != "members" and question["breakdown"] != "member")]
    values = {
        part: number(measure, [one for one in counted if told(one) == part]) for part in map(told, counted)
    }

    def place(part: str) -> Any:
        numbered = question["breakdown"] in ("community", "member")
        return int(part.rpartition("#")[2].strip("C")) if numbered else "" if part == "none" else part

    return sorted(values.items(), key=lambda one: (-one[1], place(one[0])))


def trend(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the answer."""
    size, measure = question["by"], question.get("measure", "count")
    here = [one for one in happened(log, span) if fits(question)(one[0])]
    told, parts = part_of(question), _parts(question, here, span)
    rest = (
        {part for part, _value in ranked(question, here, span)} - set(parts) if "top" in question else set()
    )
    found: list[tuple[Any, ...]] = []
    for label in labels(span, size):
        now = [one for one in here if _label(one[0], size, span) == label]
        for part in parts:
            mine = [one for one in now if told(one) == part] if part else now
            found.append((label.isoformat(), *([part] if part else []), number(measure, mine)))
        if rest:
            found.append(
                (label.isoformat(), "other", number(measure, [one for one in now if told(one) not in parts]))
            )
    return found


def _parts(question: dict[str, Any], here: Sequence[Told], span: Span) -> list[str]:
    by = question.get("breakdown")
    if by is None:
        return [""]
    if "top" in question:
        return [part for part, _value in ranked(question, here, span)][: question["top"]]
    if by == "community":
        return [f"C{pk}" for pk in span.communities]
    by_members = question.get("measure") == "members"
    # Nobody's events have no part where members are counted.
    seen = {part_of(question)(one) for one in here if one[1] or not by_members}
    return [*sorted(seen - {"none"}), *(["none"] if "none" in seen else [])]


def labels(span: Span, size: str) -> list[dt.date]:
    if size == "total":
        return [span.first]
    days = [span.first + dt.timedelta(days=n) for n in range((span.last - span.first).days + 1)]
    return sorted({label_of(day, size) for day in days})


def _label(row: Row, size: str, span: Span) -> dt.date:
    return span.first if size == "total" else label_of(local_day(row, span.timezone), size)


def heatmap(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[int, int, int]]:
    cells: dict[tuple[int, int], list[Told]] = {}
    for one in happened(log, span):
        if fits(question)(one[0]):
            local = _local(one[0].happened, span)
            cells.setdefault((local.isoweekday(), local.hour), []).append(one)
    measure = question["measure"]
    return [
        (day, hour, number(measure, cells.get((day, hour), []))) for day in range(1, 8) for hour in range(24)
    ]


def _local(moment: int, span: Span) -> dt.datetime:
    return dt.datetime.fromtimestamp(moment / 1000, ZoneInfo(span.timezone))


def distribution(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    here = [one for one in happened(log, span) if fits(question)(one[0])]
    of = question.get("of", "times")
    given = question.get("edges", list(TIMES if of == "times" else SIZES))
    ends = [None, *given, None] if of != "times" or given[0] != 1 else [*given, None]
    if of == "times":
        each = {who: sum(one == who for _row, one in here) for _row, who in here if who}
        sized = [(float(times), who, times) for who, times in each.items()]
    else:
        name = question.get("property")
        numbers = [(row.data.get(name) if of == "property" else row.value, who) for row, who in here]
        sized = [(float(size), who, 1) for size, who in numbers if size is not None]
    found = []
    for low, below in pairwise(ends):
        inside = [
            one for one in sized if (low is None or one[0] >= low) and (below is None or one[0] < below)
        ]
        found.append(
            (low, below, len({who for _size, who, _n in inside} - {0}), sum(n for _s, _w, n in inside))
        )
    return found


def top(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[str, int]]:
    here = [one for one in happened(log, span) if fits(question)(one[0])]
    return ranked(question, here, span)[: question["top"]]


def response(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    size, by = question["by"], question.get("breakdown")
    within, window = seconds(question["within"]) or 0, seconds(question.get("window"))
    waits = _waits(log, span)
    parts = {"community": [f"C{pk}" for pk in span.communities], "hour": [str(n) for n in range(24)],
             "source": sorted({row.source for row, _wait in waits})}.get(by or "", [""])  # fmt: skip
    found = []
    for label in labels(span, size):
        for part in parts:
            mine = [
                wait if wait is not None and (window is None or wait <= window * 1000) else None
                for row, wait in waits
                if _label(row, size, span) == label and part in ("", *_told(row, by, span))
            ]
            answered = sorted(one for one in mine if one is not None)
            ranks = [
                answered[math.ceil(Fraction(len(answered) * n, 10)) - 1] / 1000 if answered else None
                for n in (5, 9)
            ]
            soon = 100 * sum(one <= within * 1000 for one in answered) / len(mine) if mine else None
            found.append((label.isoformat(), *([part] if by else []), len(mine), len(answered), len(mine) - len(answered), *ranks, soon))  # fmt: skip
    return found


def _told(row: Row, by: str | None, span: Span) -> list[str]:
    return [
        {"community": f"C{row.community}", "hour": str(_local(row.happened, span).hour), "source": row.source}.get(by or "", "")
    ]  # fmt: skip


def _waits(log: Log, span: Span) -> list[tuple[Row, int | None]]:
    """Every message of the span that answers none, with the milliseconds until somebody else's first answer, until the end of `as_of`."""
    horizon = edges(_until(span))[1]
    persons = log.persons_at(span.known)
    known = [r for r in log.rows if r.kind == "message.sent" and (span.known is None or r.position <= span.known)
             and r.community in span.communities and r.happened < horizon]  # fmt: skip
    telling = {row.community for row in known if row.about}
    found: list[tuple[Row, int | None]] = []
    for row, who in happened(log, span):
        if row.kind != "message.sent" or row.about or not who or row.community not in telling:
            continue
        later = [r.happened for r in known if r.about == row.subject and persons[r.identity] not in (0, who)
                 and (r.happened, r.position) > (row.happened, row.position)]  # fmt: skip
        found.append((row, min(later) - row.happened if later else None))
    return found


def _until(span: Span) -> Span:
    """To the end of what has happened."""
    last = span.as_of or dt.date(2090, 1, 1)
    return Span(min(span.first, last), last, span.by, span.timezone, span.communities, span.as_of, span.known)


def attribution(log: Log, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    window = (seconds(question.get("window")) or 30 * 86_400) * 1000
    start = edges(span)[0]
    every = [one for one in happened(log, span, since=0) if one[1]]
    touching = [(row, who, name) for row, who in every if (name := _channel(row, question))]
    earned: list[tuple[str, Row, int, Fraction]] = []
    for row, who in every:
        if row.happened < start or not fits(question["target"])(row):
            continue
        mine = [name for touch, whose, name in touching if whose == who
                and (touch.happened, touch.position) <= (row.happened, row.position) and row.happened - touch.happened <= window]  # fmt: skip
        for name, share in shares(question["model"], mine):
            earned.append((name, row, who, share))
    return added_up([(name, row.position, who, share, row.value or 0) for name, row, who, share in earned])


def _channel(row: Row, question: dict[str, Any]) -> str:
    for touch in question["touches"]:
        name = touch.get("property", "channel")
        told = row.source if name == "source" else row.data.get(name)
        if told and fits(touch)(row):
            return str(told)
    return ""


def shares(model: str, touches: Sequence[str]) -> list[tuple[str, Fraction]]:
    """What each touch earns of one target; '' earns all of one that nothing touched."""
    if not touches:
        return [("", Fraction(1))]
    if model in ("first", "last"):
        return [(touches[0 if model == "first" else -1], Fraction(1))]
    count = len(touches)
    if model == "linear" or count <= 2:
        return [(one, Fraction(1, count)) for one in touches]
    middle = Fraction(20, 100) / (count - 2)
    return [(one, Fraction(40, 100) if n in (0, count - 1) else middle) for n, one in enumerate(touches)]


def added_up(earned: Sequence[tuple[str, int, int, Fraction, int]]) -> list[tuple[Any, ...]]:
    """From (channel, target, whose, share, value) the rows of the answer."""
    names = {name for name, *_rest in earned} | {""}
    credit = {name: sum((s for n, _t, _w, s, _v in earned if n == name), Fraction()) for name in names}
    value = {name: sum((s * v for n, _t, _w, s, v in earned if n == name), Fraction()) for name in names}
    told, worth = rounded(credit, 10**6), rounded(value, 1)
    ordered = [*sorted(names - {""}, key=lambda one: (-credit[one], one)), ""]
    return [
        (name or "unattributed", len({w for n, _t, w, _s, _v in earned if n == name}),
         len({t for n, t, _w, _s, _v in earned if n == name}), told[name] / 10**6, worth[name])
        for name in ordered
    ]  # fmt: skip


def rounded(exact: dict[str, Fraction], parts: int) -> dict[str, int]:
    """Down to whole parts; the largest of what was cut off get one back each, until the sum is right."""
    down = {name: math.floor(one * parts) for name, one in exact.items()}
    cut = sorted(exact, key=lambda one: (-(exact[one] * parts - down[one]), one))
    lacking = sum(exact.values()) * parts - sum(down.values())
    return {name: one + (name in cut[: int(lacking)]) for name, one in down.items()}
