"""How are distributions, top lists, answer times and attribution shown?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from weilu.communities.queries.charts import long_day, short_day
from weilu.core.metrics import PERCENT, SECONDS
from weilu.core.warehouse.links import behind
from weilu.core.warehouse.questions import Answer
from weilu.core.warehouse.responses import ANSWERED as DONE
from weilu.core.warehouse.responses import ASKED, SOON, UNANSWERED
from weilu.evaluation.explorer.beside import Names
from weilu.evaluation.explorer.cells import (
    COLORS,
    MOST_LINES,
    PLAIN,
    Cell,
    Shown,
    bracket_word,
    heard_word,
    when,
)
from weilu.evaluation.plain import part_word

MOST_BARS = 30


def distribution(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    often = asked.get("of", "times") == "times"
    bars, rows = [], []
    for low, below, members, events in answer.rows:
        point = {"below": below} if low is None else {"low": low}
        name = bracket_word(low, below, often)
        people = behind({**asked, "people": True}, **point) if members else ""
        done = behind({**asked, "events": True}, **point) if events else ""
        bars.append({"name": name, "value": members if often else events, "href": people if often else done})
        rows.append([Cell(name), Cell(members, PLAIN, people), Cell(events, PLAIN, done)])
    head = _("How many times") if often else _("How large")
    return Shown(
        "bars", {"rows": bars, "unit": answer.unit}, [head, _("Members"), _("Events")], rows, _shares(bars)
    )


def top(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    bars, rows = [], []
    for part, value in answer.rows:
        href = behind(asked, by=part)
        bars.append({"name": part_word(part), "value": value, "href": href, "share": None})
        rows.append([Cell(part_word(part)), Cell(value, answer.unit, href)])
    shown = {"rows": bars[:MOST_BARS], "unit": answer.unit}
    return Shown("bars", shown, [_("Part"), _("Value")], rows, _shares(bars), told=len(bars) > MOST_BARS)


def response(answer: Answer, before: Answer | None, names: Names) -> Shown:
    broken = "by" in answer.columns
    rows = [_response_row(answer, row, broken) for row in answer.rows]
    heads = [_("Time"), *([_("Part")] if broken else []), _("Asked"), _("Answered"), _("Unanswered"), _("Median wait"),
             _("9 of 10 within"), _("Quickly answered")]  # fmt: skip
    return Shown(*_waits(answer, broken), heads, rows)


def _response_row(answer: Answer, row: Sequence[Any], broken: bool) -> list[Cell]:
    asked = answer.question
    point = {"at": row[0], **({"by": row[1]} if broken else {})}
    total, answered, unanswered, median, late, soon = row[-6:]

    def cell(value: float | None, which: str, unit: str = PLAIN) -> Cell:
        return Cell(value, unit, behind(asked, **point, which=which) if value else "")

    return [
        when(row[0]), *([Cell(heard_word(row[1], asked.get("breakdown")))] if broken else []), cell(total, ASKED), cell(answered, DONE), cell(unanswered, UNANSWERED),
        Cell(median, SECONDS), Cell(late, SECONDS), cell(soon, SOON, PERCENT),
    ]  # fmt: skip


def _waits(answer: Answer, broken: bool) -> tuple[str, dict[str, Any]]:
    """The median waits: over the parts where there is one time, else over time, a line for each of the first parts."""
    asked, rows = answer.question, answer.rows
    times = list(dict.fromkeys(row[0] for row in rows))
    if len(times) == 1 and broken:
        bars = [
            {"name": heard_word(row[1], asked.get("breakdown")), "value": row[-3], "href": behind(asked, at=row[0], by=row[1], which=DONE), "share": None}
            for row in rows if row[-3] is not None
        ]  # fmt: skip
        return "bars", {"rows": bars, "unit": SECONDS}
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        point = {"at": row[0], **({"by": row[1]} if broken else {})}
        href = behind(asked, **point, which=DONE) if row[-3] is not None else ""
        lines.setdefault(row[1] if broken else "", []).append({"value": row[-3], "href": href})
    drawn = sorted(lines, key=lambda part: -sum(one["value"] is not None for one in lines[part]))[:MOST_LINES]
    series = [
        {
            "name": heard_word(part, asked.get("breakdown")) if broken else "",
            "color": color if broken else None,
            "points": lines[part],
        }
        for part, color in zip(drawn, COLORS, strict=False)
    ]
    days = [dt.datetime.fromisoformat(one) for one in times]
    hours = asked.get("by") == "hour"
    labels = [f"{day:%H:%M}" if hours else short_day(day.date()) for day in days]
    titles = [f"{long_day(day.date())} {day:%H:%M}" if hours else long_day(day.date()) for day in days]
    kind = "columns" if len(times) == 1 else "trend"
    return kind, {"labels": labels, "titles": titles, "unit": SECONDS, "series": series}


def attribution(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    total = sum(row[3] for row in answer.rows)
    bars, rows = [], []
    for part, members, conversions, credit, value in answer.rows:
        people = behind({**asked, "people": True}, by=part) if members else ""
        done = behind({**asked, "events": True}, by=part) if conversions else ""
        share = credit / total if total else None
        bars.append({"name": part_word(part), "value": credit, "href": done, "share": share})
        rows.append([
            Cell(part_word(part)), Cell(credit, PLAIN, done), Cell(100 * share if share is not None else None, PERCENT),
            Cell(value), Cell(conversions, PLAIN, done), Cell(members, PLAIN, people),
        ])  # fmt: skip
    heads = [_("Channel"), _("Credit"), _("Share"), _("Credited value"), _("Touched"), _("Members")]
    return Shown(
        "bars", {"rows": bars[:MOST_BARS], "unit": PLAIN}, heads, rows, [bar["share"] for bar in bars]
    )


def _shares(bars: Sequence[dict[str, Any]]) -> list[float | None]:
    most = max((bar["value"] for bar in bars), default=0)
    return [max(bar["value"], 0) / most if most > 0 else None for bar in bars]
