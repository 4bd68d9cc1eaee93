"""What is a shown answer made of: its fields, its chart, its table; and how are its times called?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from weilu.communities.queries.charts import long_day
from weilu.evaluation.plain import part_word

MOST_LINES = 6
"""More lines than there are colours cannot be told apart; the table has them all."""
MOST_ROWS = 400
"""Rows of the table on the page; files have them all."""
COLORS = ("--wl-ember", "--wl-new", "--wl-active", "--wl-returning", "--wl-dormant", "--wl-churned")
PLAIN = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is text, or a number of `unit` (`percent` of 0 … 100, `seconds`, else plain); `href` opens what it counts. `word`
    is how a day is written on the page; what is `signed` is written with a plus where it is above zero."""

    value: Any
    unit: str = PLAIN
    href: str = ""
    word: str = ""
    signed: bool = False

    @property
    def numeric(self) -> bool:
        return isinstance(self.value, int | float) or self.value is None

    @property
    def plus(self) -> bool:
        return self.signed and bool(self.value) and self.value > 0


@dataclass(frozen=True, slots=True)
class Shown:
    """`chart` is one of the console's kinds with its data, empty for none; `shares` are drawn behind the rows of a picture."""

    chart: str
    data: dict[str, Any]
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shares: Sequence[float | None] = field(default=())
    told: bool = True
    """Whether the table tells what the chart does not."""

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Colour and name of each line, where there are several."""
        lines = [one for one in self.data.get("series", []) if one.get("role") != "before"]
        return [(one["color"], one["name"]) for one in lines] if len(lines) > 1 else []

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Head, and whether numbers stand under it."""
        return (
            [(head, cell.numeric) for head, cell in zip(self.heads, self.rows[0], strict=True)]
            if self.rows
            else []
        )

    @property
    def shown(self) -> Sequence[Sequence[Cell]]:
        return self.rows[:MOST_ROWS]

    @property
    def rest(self) -> int:
        return max(0, len(self.rows) - MOST_ROWS)


def when(at: str) -> Cell:
    begun = dt.datetime.fromisoformat(at)
    return Cell(at, word=long_day(begun.date()) + (f" {begun:%H:%M}" if "T" in at else ""))


def versus_word(part: str) -> str:
    return {"with": _("with it"), "without": _("without it")}.get(part, part)


def bracket_word(low: float | None, below: float | None, often: bool) -> str:
    """“3–5” of whole times, else “10 to under 100”."""
    if low is None:
        return _("under %(below)s") % {"below": below}
    if below is None:
        return _("%(low)s and more") % {"low": low}
    if often:
        return str(low) if below == low + 1 else f"{low}–{int(below) - 1}"
    return _("%(low)s to under %(below)s") % {"low": low, "below": below}


def heard_word(part: str, breakdown: str | None) -> str:
    """A part of those who waited for an answer: an hour of the day, a community, a platform."""
    return f"{part}:00" if breakdown == "hour" else part_word(part, breakdown)
