"""How is an answer shown: its chart, and its table in which every number opens who stands behind it?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from weilu.communities.queries.charts import long_day, not_over, short_day
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
    SEGMENT,
    TOP,
    TREND,
)
from weilu.core.warehouse.questions import Answer
from weilu.evaluation.explorer import counted_shown
from weilu.evaluation.explorer.beside import Names
from weilu.evaluation.explorer.cells import COLORS, MOST_LINES, PLAIN, Cell, Shown, versus_word, when
from weilu.evaluation.plain import STATES, event_word, part_word, weekday_word


def show(answer: Answer, other: Answer | None = None, names: Names | None = None) -> Shown:
    """The answer alone, or where its kind can be drawn so, beside another."""
    draw = SHOWERS.get(answer.question["kind"], _table)
    return draw(answer, other if names else None, names or Names("", ""))


def _table(answer: Answer, before: Answer | None, names: Names) -> Shown:
    """Kinds without a chart of their own, as they answer."""
    return Shown("", {}, list(answer.columns), [[Cell(one) for one in row] for row in answer.rows])


# trend ---------------------------------------------------------------------------------------------------------------


def _trend(answer: Answer, before: Answer | None, names: Names) -> Shown:
    question = answer.question
    broken = len(answer.columns) == 3
    series = {part: list(rows) for part, rows in _by_part(answer)}
    earlier = dict(_by_part(before)) if before else {}
    largest = sorted(series, key=lambda part: -sum(row[-1] or 0 for row in series[part]))[:MOST_LINES]
    labels = [dt.datetime.fromisoformat(row[0]) for row in next(iter(series.values()), [])]
    hours = question.get("by") == "hour"
    drawn = [part for part in series if part in largest]
    lines: list[dict[str, Any]] = [
        {
            "name": part_word(part, question.get("breakdown")) if broken else "",
            "color": _color(part, question.get("breakdown"), color) if broken else None,
            "points": [_point(question, row, broken) for row in series[part]],
        }
        for part, color in zip(drawn, COLORS, strict=False)
    ]
    if before and not broken:
        points = [_point(before.question, row, False) for row in earlier.get("", [])]
        lines[0]["name"] = names.this
        other = {"name": names.other, "points": points[: len(labels)]}
        same_days = before.rows[:1] and answer.rows[:1] and before.rows[0][0] == answer.rows[0][0]
        lines[0]["color"] = COLORS[0] if same_days else None
        lines.append(other | ({"color": COLORS[1]} if same_days else {"role": "before"}))
    data = {
        "labels": []
        if all(point["value"] is None for line in lines for point in line["points"])
        else [f"{day:%H:%M}" if hours else short_day(day.date()) for day in labels],
        "titles": [
            f"{long_day(day.date())} {day:%H:%M}" if hours else long_day(day.date()) for day in labels
        ],
        "unit": answer.unit,
        "open": bool(labels) and not_over(labels[-1], str(question.get("by")), answer.timezone),
        "series": lines,
    }
    heads = [_("Time"), *([_("Part")] if broken else []), _("Value")]
    rows = [_trend_row(answer, row, broken) for row in answer.rows]
    return Shown("columns" if len(labels) == 1 else "trend", data, heads, rows, told=len(series) > MOST_LINES)


def _color(part: str, by: str | None, color: str) -> str:
    """States have colours of their own on every page."""
    return f"--wl-{part}" if by == "state" and part in STATES and part != "none" else color


def _by_part(answer: Answer) -> list[tuple[str, list[tuple[Any, ...]]]]:
    if len(answer.columns) != 3:
        return [("", list(answer.rows))]
    parts: dict[str, list[tuple[Any, ...]]] = {}
    for row in answer.rows:
        parts.setdefault(row[1], []).append(row)
    return list(parts.items())


def _point(question: Mapping[str, Any], row: Sequence[Any], broken: bool) -> dict[str, Any]:
    point = {"at": row[0], "by": row[1]} if broken else {"at": row[0]}
    return {"value": row[-1], "href": behind(question, **point) if row[-1] else ""}


def _trend_row(answer: Answer, row: Sequence[Any], broken: bool) -> list[Cell]:
    href = _point(answer.question, row, broken)["href"]
    return [
        when(row[0]),
        *([Cell(part_word(row[1], answer.question.get("breakdown")))] if broken else []),
        Cell(row[-1], answer.unit, href),
    ]


# heat map ------------------------------------------------------------------------------------------------------------


def _heatmap(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    cells = [
        {"weekday": day, "hour": hour, "value": value, "href": behind(asked, weekday=day, hour=hour)}
        for day, hour, value in answer.rows
        if value
    ]
    rows = [
        [
            Cell(weekday_word(day)),
            Cell(f"{hour}:00"),
            Cell(value, answer.unit, behind(asked, weekday=day, hour=hour)),
        ]
        for day, hour, value in sorted(answer.rows, key=lambda row: -row[2])
        if value
    ]
    return Shown(
        "heat",
        {"cells": cells, "timezone": answer.timezone, "unit": answer.unit},
        [_("Weekday"), _("Hour"), _("Value")],
        rows,
        told=False,
    )


# retention -----------------------------------------------------------------------------------------------------------


def _retention(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    broken = "by" in answer.columns
    periods = sorted({row[-2] for row in answer.rows})
    cohorts = []
    rows = []
    for key, group in groupby(answer.rows, key=lambda row: row[:-2]):
        cells = {row[-2]: row[-1] for row in group}
        where = {"cohort": key[0], **({"by": key[1]} if broken else {})}
        size = key[-1]
        drawn = [
            {"value": cells[n] / size if size else None, "count": cells[n], "href": behind(asked, **where, period=n)}
            if n in cells else None
            for n in periods
        ]  # fmt: skip
        name = short_day(dt.date.fromisoformat(key[0])) + (f" · {versus_word(key[1])}" if broken else "")
        opened = behind(asked, **where) if size else ""
        cohorts.append({"name": name, "size": size, "href": opened, "cells": drawn})
        begun = [when(key[0]), *([Cell(versus_word(key[1]))] if broken else []), Cell(size, PLAIN, opened)]
        rows += [[*begun, Cell(n), Cell(cells[n], PLAIN, behind(asked, **where, period=n) if cells[n] else ""),
                  Cell(100 * cells[n] / size if size else None, PERCENT)] for n in cells]  # fmt: skip
    heads = [
        _("Began"),
        *([_("Part")] if broken else []),
        _("Members"),
        _("Period"),
        _("Came back"),
        _("Share"),
    ]
    return Shown("cohorts", {"periods": periods, "rows": cohorts}, heads, rows, told=False)


# funnel --------------------------------------------------------------------------------------------------------------


def _funnel(answer: Answer, before: Answer | None, names: Names) -> Shown:
    asked = answer.question
    broken = "by" in answer.columns
    firsts = {_funnel_part(row, broken): row[-2] for row in answer.rows if row[0] == 1}
    earlier = {(row[0], _funnel_part(row, broken)): row[-2] for row in before.rows} if before else {}
    last: dict[str, int] = {}
    bars, rows, shares = [], [], []
    for row in answer.rows:
        part = _funnel_part(row, broken)
        step, members, first = row[0], row[-2], firsts[part]
        point = {"step": step, **({"by": part} if broken else {})}
        lost = last.get(part, members) - members
        share = members / first if first else None
        name = f"{step} · {event_word(row[1])}" + (f" · {part}" if broken else "")
        bars.append({"name": name, "value": members, "share": share, "href": behind(asked, **point)})
        shares.append(share)
        rows.append([
            Cell(step), Cell(event_word(row[1])), *([Cell(part)] if broken else []),
            Cell(members, PLAIN, behind(asked, **point) if members else ""),
            Cell(100 * share if share is not None else None, PERCENT),
            Cell(100 * members / last[part] if last.get(part) else None, PERCENT),
            Cell(lost if step > 1 else None, PLAIN, behind(asked, **point, lost=True) if lost else ""),
            Cell(row[-1], SECONDS),
            *(_beside(before, earlier.get((step, part), 0), members, point) if before else []),
        ])  # fmt: skip
        last[part] = members
    heads = [_("Step"), _("Event"), *([_("Part")] if broken else []), _("Members"), _("Of the first step"), _("Of the step before"),
             _("Lost"), _("Median time"), *([names.other, _("Difference")] if before else [])]  # fmt: skip
    return Shown("bars", {"rows": bars, "unit": "people"}, heads, rows, shares)


def _beside(other: Answer, value: int, members: int, point: Mapping[str, Any]) -> list[Cell]:
    href = behind(other.question, **point) if value else ""
    return [Cell(value, PLAIN, href), Cell(members - value, PLAIN, signed=True)]


def _funnel_part(row: Sequence[Any], broken: bool) -> str:
    return str(row[2]) if broken else ""


# paths and moves -----------------------------------------------------------------------------------------------------


def _paths(answer: Answer, before: Answer | None, names: Names) -> Shown:
    most = max((row[-1] for row in answer.rows), default=0)
    rows = [
        [Cell(" → ".join(map(event_word, path))), Cell(members, PLAIN, behind(answer.question, path=path))]
        for path, members in answer.rows
    ]
    bars = [{"name": row[0].value, "value": row[1].value, "href": row[1].href, "share": None} for row in rows]
    return Shown(
        "bars",
        {"rows": bars, "unit": "people"},
        [_("Path"), _("Members")],
        rows,
        [row[1].value / most for row in rows],
        told=False,
    )


def _flow(answer: Answer, before: Answer | None, names: Names) -> Shown:
    rows = [
        [when(at), Cell(part_word(origin, "state")), Cell(part_word(goal, "state")),
         Cell(members, PLAIN, behind(answer.question, at=at, from_state=origin, to_state=goal))]
        for at, origin, goal, members in answer.rows
    ]  # fmt: skip
    heads = [_("Time"), _("From"), _("To"), _("Members")]
    return Shown("flow" if rows else "", _moves(answer), heads, rows)


def _moves(answer: Answer) -> dict[str, Any]:
    """Into which states members moved, time by time; who stayed where they were stands in the table only."""
    moved: dict[tuple[str, str], int] = Counter()
    for at, origin, goal, members in answer.rows:
        moved[at, goal] += members if origin != goal else 0
    times = list(dict.fromkeys(row[0] for row in answer.rows))
    days = [dt.datetime.fromisoformat(one).date() for one in times]
    series = [
        {"name": part_word(state, "state"), "color": f"--wl-{state}", "points": [moved[at, state] for at in times]}
        for state in STATES
        if state != "none"
    ]  # fmt: skip
    return {
        "labels": [short_day(day) for day in days],
        "titles": [long_day(day) for day in days],
        "unit": "people",
        "series": series,
    }


def _segment(answer: Answer, before: Answer | None, names: Names) -> Shown:
    members = answer.rows[0][-1] if answer.rows else 0
    href = behind(answer.question) if members else ""
    return Shown(
        "", {}, [_("Part"), _("Members")], [[Cell(_("Members of a segment")), Cell(members, PLAIN, href)]]
    )


SHOWERS: dict[str, Callable[[Answer, Answer | None, Names], Shown]] = {
    TREND: _trend,
    HEATMAP: _heatmap,
    RETENTION: _retention,
    FUNNEL: _funnel,
    PATHS: _paths,
    TOP: counted_shown.top,
    DISTRIBUTION: counted_shown.distribution,
    RESPONSE: counted_shown.response,
    ATTRIBUTION: counted_shown.attribution,
    FLOW: _flow,
    SEGMENT: _segment,
}
