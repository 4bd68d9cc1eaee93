"""Charts and figures on pages: `{% load charts %}{% chart "trend" data %}` and `{% figure answer %}`.

Data are plain dicts, so that every step can make them without importing the console. Wherever a mark stands for people or
events it has an `href` that opens them. `unit` is a metric's unit (`percent`, `seconds` and `ratio` are written as such).

| kind | data |
| --- | --- |
| trend, columns, flow | `{"labels": [axis], "titles": [long labels], "unit", "series": [{"name", "role": "now" or "before", "color": slug, "points": [number or {"value", "href", "text", "label"}]}], "markers": [{"at": index, "text", "href"}], "zero": False, "open": True}`; `columns` and `flow` stack their series, flow is one series a state; what is `open` is not over at its last label |
| spark | a list of numbers (None is a gap) |
| heat | `{"cells": [{"weekday": 1–7, "hour": 0–23, "value", "href"}], "timezone", "unit"}` |
| bars | `{"rows": [{"name", "value", "href", "color", "text", "share"}], "unit"}` |
| pyramid | the same, top tier first; `empty` says why nobody stands in it |
| cohorts | `{"periods": [head of each column], "rows": [{"name", "size", "href", "cells": [{"value": share of one, "count", "href", "open": not yet over} or None]}]}` |

`color` is the slug of a state or tier (`new`, `kol` …) or a custom property. Options: `height="low"` or `"tall"`, `label="…"`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from weilu.console import formats, shapes

register = template.Library()

WEEKDAYS = (
    pgettext_lazy("weekday on an axis", "Mon"),
    pgettext_lazy("weekday on an axis", "Tue"),
    pgettext_lazy("weekday on an axis", "Wed"),
    pgettext_lazy("weekday on an axis", "Thu"),
    pgettext_lazy("weekday on an axis", "Fri"),
    pgettext_lazy("weekday on an axis", "Sat"),
    pgettext_lazy("weekday on an axis", "Sun"),
)
_ids = itertools.count(1)
"""With the process beside it: a page may hold fragments that several processes drew."""


@register.simple_tag
def chart(kind: str, data: Any, label: str = "", height: str = "") -> SafeString:
    """A chart of one of the kinds above."""
    context = SHAPES[kind](data or {})
    context.update(label=label, height=height, kind=kind)
    return render_to_string(f"console/charts/{TEMPLATES.get(kind, kind)}.html", context)


def _drawn(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A chart drawn by script when seen; the same data as a table stand beside it."""
    shown = {
        "kind": kind,
        "unit": data.get("unit", ""),
        "labels": [str(label) for label in data.get("labels", ())],
        "titles": [str(title) for title in data.get("titles", ())] or None,
        "series": shapes.series_of(data),
        "markers": list(data.get("markers", ())),
        "zero": data.get("zero", True),
        "bare": data.get("bare", False),
        "open": bool(data.get("open", False)),
    }
    if shown["open"] and shown["titles"]:
        shown["titles"][-1] += f" · {gettext('not over yet')}"
    return {"data": shown, "rows": _rows(shapes.table_of(shown)), "id": f"chart-{os.getpid()}-{next(_ids)}"}


def _rows(table: Iterable[Mapping[str, Any]]) -> SafeString:
    """The body of the table, put together here: a year of weeks costs a template several milliseconds."""
    return format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((row["title"], SafeString("".join(map(_cell, row["cells"])))) for row in table),
    )


def _cell(point: Mapping[str, Any]) -> str:
    text = conditional_escape(point["text"])
    link = point.get("href")
    inside = f'<a href="{conditional_escape(link)}">{text}</a>' if link else text
    return f'<td class="num">{inside}</td>'


def _heat(data: Mapping[str, Any]) -> dict[str, Any]:
    rows = shapes.heat_rows(data.get("cells", ()))
    top = max((cell for row in rows for cell in row), key=lambda cell: cell.value)
    return {"rows": rows, "timezone": data.get("timezone", ""), "top": top if top.value else None}


def _bars(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"rows": shapes.shares(list(data.get("rows", ()))), "unit": data.get("unit", "")}


def _pyramid(data: Mapping[str, Any]) -> dict[str, Any]:
    """A pyramid in which nobody stands is none."""
    shown = {**_bars(data), "empty": data.get("empty", "")}
    return shown if any(row["value"] for row in shown["rows"]) else {**shown, "rows": []}


def _cohorts(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"rows": data.get("rows", ()), "periods": data.get("periods", ())}


def _spark(data: Any) -> dict[str, Any]:
    line, area = shapes.spark_path(list(data or ()))
    return {"line": line, "area": area}


SHAPES = {
    "trend": lambda data: _drawn("trend", data),
    "columns": lambda data: _drawn("columns", data),
    "flow": lambda data: _drawn("flow", data),
    "heat": _heat,
    "bars": _bars,
    "pyramid": _pyramid,
    "cohorts": _cohorts,
    "spark": _spark,
}
TEMPLATES = {"trend": "drawn", "columns": "drawn", "flow": "drawn"}


@register.simple_tag
def change(value: Any, before: Any, unit: str, better: str = "up") -> formats.Change | None:
    """`{% change now before unit better as moved %}`: its text, arrow and tone, see `formats.change`."""
    return formats.change(value, before, unit, better)


@register.inclusion_tag("console/figure.html")
def figure(answer: Any) -> dict[str, Any]:
    """A figure card. `answer` has label, value, unit, and may have before, before_href, better (up, down), spark, href,
    definition, note, signed."""
    read = (
        answer.get if isinstance(answer, Mapping) else lambda key, default=None: getattr(answer, key, default)
    )
    value, unit = read("value"), read("unit") or ""
    text = formats.quantity(value, unit)
    if read("signed") and value and value > 0:
        text = f"+{text}"
    return {
        "label": read("label"),
        "text": text,
        "change": formats.change(
            value, read("before"), unit, read("better") or "up", signed=bool(read("signed"))
        ),
        "before": formats.quantity(read("before"), unit) if read("before") is not None else "",
        "spark": read("spark"),
        "href": read("href"),
        "before_href": read("before_href"),
        "definition": read("definition"),
        "note": read("note"),
    }


@register.filter
def weekday_short(number: int) -> str:
    """1 is Monday: 一, Mon."""
    return str(WEEKDAYS[number - 1])


@register.filter
def tier_width(place: int, from_below: int) -> int:
    """Width in percent of a storey of the pyramid, by its place only: the numbers beside it say how many."""
    storeys = place + from_below - 1
    return round(100 * place / storeys) if storeys else 0
