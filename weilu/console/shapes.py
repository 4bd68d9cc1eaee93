"""How are the data of a chart brought into the shape that is drawn? Pure; the shapes are described in templatetags/charts.py."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weilu.console.formats import Number, quantity

HEAT_STEPS = 8
STATES = ("new", "active", "returning", "dormant", "churned")
TIERS = ("kol", "koc", "participant", "lurker")
SPARK_WIDTH, SPARK_HEIGHT = 200, 34


def color(name: str | None) -> str | None:
    """States and tiers keep their colours everywhere: their slug is enough. A custom property (`--…`) passes as it is."""
    if not name or name.startswith("--"):
        return name or None
    return f"--wl-{name}"


def series_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every line or bar with points that carry their written value; plain numbers become points."""
    unit = data.get("unit", "")
    return [_series(one, unit) for one in data.get("series", ())]


def _series(one: Mapping[str, Any], unit: str) -> dict[str, Any]:
    points = [_point(point, unit) for point in one["points"]]
    now = one.get("role") != "before"
    last = next((point["text"] for point in reversed(points) if point["value"] is not None), "")
    return {
        "name": str(one.get("name", "")),
        "role": one.get("role", "now"),
        "color": color(one.get("color")),
        "last": last if now else "",
        "points": points,
    }


def _point(point: Any, unit: str) -> dict[str, Any]:
    full = dict(point) if isinstance(point, Mapping) else {"value": point}
    full["text"] = str(full.get("text") or quantity(full["value"], unit))
    return full


def table_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same data as rows of a table: one row a bucket, one cell a series."""
    titles = data.get("titles") or data["labels"]
    lines = data["series"]
    return [
        {"title": title, "cells": [line["points"][at] for line in lines if at < len(line["points"])]}
        for at, title in enumerate(titles)
    ]


def heat_level(value: Number, top: Number) -> int:
    """0 for nothing, else 1 … 8; by the root of the share, so that quiet hours still differ from dead ones."""
    if value <= 0 or top <= 0:
        return 0
    share = float(value) / float(top)
    return max(1, min(HEAT_STEPS, round(math.pow(share, 0.6) * HEAT_STEPS)))


@dataclass(frozen=True, slots=True)
class HeatCell:
    weekday: int
    hour: int
    value: Number
    href: str
    level: int


def heat_rows(cells: Iterable[Mapping[str, Any]]) -> list[list[HeatCell]]:
    """Seven rows of 24 hours from cells {weekday 1–7, hour 0–23, value, href}; missing ones are empty."""
    known = {(int(c["weekday"]), int(c["hour"])): c for c in cells}
    top = max((float(c["value"]) for c in known.values()), default=0)

    def cell(day: int, hour: int) -> HeatCell:
        one = known.get((day, hour), {"value": 0})
        return HeatCell(day, hour, one["value"], str(one.get("href", "")), heat_level(one["value"], top))

    return [[cell(day, hour) for hour in range(24)] for day in range(1, 8)]


def shares(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of bars or tiers with `width` (percent of the longest) and `share` (of the sum, where not given)."""
    values = [float(row["value"] or 0) for row in rows]
    top, total = max(values, default=0), sum(values)
    return [
        {
            **row,
            "width": round(value / top * 100, 2) if top else 0,
            "share": row["share"] if "share" in row else (value / total if total else None),
            "color": color(row.get("color")),
        }
        for row, value in zip(rows, values, strict=True)
    ]


def spark_path(values: Sequence[Number | None]) -> tuple[str, str]:
    """Line and area of a small line in a box of 200 × 34, from its lowest to its highest value; gaps are skipped."""
    known = [(at, float(value)) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return "", ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    wide, tall = len(values) - 1, (high - low) or 1.0
    points = [
        (
            round(at / wide * SPARK_WIDTH, 1),
            round(SPARK_HEIGHT - 3 - (value - low) / tall * (SPARK_HEIGHT - 8), 1)
            if high > low
            else SPARK_HEIGHT / 2
            if high
            else SPARK_HEIGHT - 3,
        )
        for at, value in known
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return line, f"{line}L{points[-1][0]} {SPARK_HEIGHT}L{points[0][0]} {SPARK_HEIGHT}Z"
