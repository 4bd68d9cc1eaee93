"""Over which days does a page look, and with which the days before are they compared?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LENGTHS = (7, 28, 90)
USUAL = 28
FIRST_DAY, LAST_DAY = dt.date(1971, 1, 1), dt.date(2105, 1, 1)
"""What the column store can hold, with room for the days before."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included, in a time zone (IANA name). `as_of` and `known` are as asked; None means now.

    `quiet` says that the last days hold nothing, so that the span ends with the newest event instead of today.
    """

    first: dt.date
    last: dt.date
    timezone: str
    as_of: dt.date | None = None
    known: dt.date | None = None
    quiet: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Span:
        """As many days, right before these."""
        return self.ending(self.first - dt.timedelta(days=1))

    def ending(self, last: dt.date) -> Span:
        """The same length, ending elsewhere."""
        return self.lasting(self.days, last)

    def lasting(self, days: int, last: dt.date | None = None) -> Span:
        """Another length, ending the same day unless told."""
        end = last or self.last
        return Span(end - dt.timedelta(days=days - 1), end, self.timezone, self.as_of, self.known, self.quiet)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a page asks for, read and made sound."""

    days: int = USUAL
    as_of: dt.date | None = None
    known: dt.date | None = None


def asked(days: str | None, as_of: str | None, known: str | None) -> Asked:
    """From the words of a query string; what cannot be read counts as not asked."""
    length = next((one for one in LENGTHS if str(one) == days), USUAL)
    return Asked(length, _day(as_of), _day(known))


def span(wish: Asked, today: dt.date, newest: dt.date | None, timezone: str) -> Span:
    """The days to show: up to the day asked for, else today; up to the newest event where the last days are empty."""
    last = wish.as_of or today
    quiet = wish.as_of is None and newest is not None and newest <= last - dt.timedelta(days=wish.days)
    end = newest if quiet and newest is not None else last
    return Span(
        end - dt.timedelta(days=wish.days - 1),
        end,
        timezone,
        # Shown as of the newest event's day: states and members are those of that day, not of a silent today.
        end if quiet or wish.as_of else None,
        wish.known,
        quiet,
    )


def _day(text: str | None) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None
