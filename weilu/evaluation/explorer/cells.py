"""What stands in a field of the table of an answer, and how are its times and parts called?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.communities.queries.charts import long_day
from weilu.evaluation.plain import STATES

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


def when(at: str) -> Cell:
    begun = dt.datetime.fromisoformat(at)
    return Cell(at, word=long_day(begun.date()) + (f" {begun:%H:%M}" if "T" in at else ""))


def part_word(slug: str) -> str:
    return str(STATES.get(slug, slug))


def versus_word(part: str) -> str:
    return {"with": _("with it"), "without": _("without it")}.get(part, part)
