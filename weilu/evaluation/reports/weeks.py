"""Which week is meant, and where does it begin and end in a community's time zone?"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.warehouse.frame import day_start

PATTERN = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


class BadWeek(WeiluError):
    """Not a week of the calendar."""

    code = "bad_week"


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week (Monday to Sunday), named by its Monday."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=6)

    @property
    def label(self) -> str:
        """2018-W26"""
        year, number, _day = self.first.isocalendar()
        return f"{year}-W{number:02d}"

    def back(self, weeks: int) -> Week:
        """The week so many weeks earlier."""
        return Week(self.first - dt.timedelta(weeks=weeks))

    def start(self, timezone: str) -> int:
        """Its first second, in seconds since 1970 UTC."""
        return day_start(self.first, timezone)

    def end(self, timezone: str) -> int:
        """The first second after it."""
        return day_start(self.first + dt.timedelta(weeks=1), timezone)


def read_week(text: str) -> Week:
    """2018-W26 as a week; `BadWeek` where the calendar has none of that name."""
    found = PATTERN.fullmatch(text.strip())
    if not found:
        raise BadWeek(
            _("“%(text)s” is not a week. Write it as year and ISO week, for example 2018-W26.")
            % {"text": text[:40]}
        )
    year, number = int(found[1]), int(found[2])
    try:
        first = dt.date.fromisocalendar(year, number, 1)
    except ValueError:
        raise BadWeek(
            _("The year %(year)s has no week %(number)s.") % {"year": year, "number": number}
        ) from None
    if not 1971 <= year <= 2104:
        raise BadWeek(_("The year %(year)s is out of reach.") % {"year": year})
    return Week(first)


def week_of(day: dt.date) -> Week:
    return Week(day - dt.timedelta(days=day.weekday()))


def last_finished(timezone: str) -> Week:
    """The last week that is over in this time zone."""
    return week_of(clock.day_of(clock.now(), timezone)).back(1)
