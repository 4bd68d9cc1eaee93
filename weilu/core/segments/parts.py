"""Which numbers and which time does a leaf speak of? Comparisons of counts, and windows before the moment of asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.frame import EPOCH, LAST_DAY, day_start
from weilu.core.warehouse.refusal import Refused
from weilu.core.warehouse.steps import window_of

EQ, GT, GTE, LT, LTE = "eq", "gt", "gte", "lt", "lte"
COUNTED = (EQ, GT, GTE, LT, LTE)
MOST = 10**15


@dataclass(frozen=True, slots=True)
class Compared:
    """A whole number between two edges, both included; None: no edge."""

    low: int | None
    high: int | None

    def holds(self, number: int) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def opposite(self) -> Compared:
        """What fits where this does not; for one with a single edge."""
        if self.low is not None:
            return Compared(None, self.low - 1)
        return Compared((self.high or 0) + 1, None)

    def say(self, divided: int = 1) -> str:
        """In words; the edges divided where they are kept in smaller units."""
        low, high = (None if one is None else f"{one / divided:g}" for one in (self.low, self.high))
        if low == high:
            return _("exactly %(number)s") % {"number": low}
        if low is not None and high is not None:
            return _("%(low)s to %(high)s") % {"low": low, "high": high}
        if low is not None:
            return _("at least %(number)s") % {"number": low}
        return _("at most %(number)s") % {"number": high}


def compared(name: str, given: object, *, unit: int = 1, most: int = MOST) -> Compared:
    """From a number (exactly that) or `{"gte": 3, "lt": 10}`. With `unit` numbers may have decimals and come out multiplied
    by it; since others lie between them, they are not compared by gt and lt. Raises Refused."""
    known = COUNTED if unit == 1 else (EQ, GTE, LTE)
    pairs = given if isinstance(given, Mapping) else {EQ: given}
    low: int | None = None
    high: int | None = None
    for operation, value in pairs.items():
        number = _number(name, value, unit, most)
        if operation not in known:
            raise Refused(_("“%(name)s” cannot be compared by “%(operation)s”. There are: %(known)s.")
                          % {"name": name, "operation": operation, "known": ", ".join(known)})  # fmt: skip
        if operation in (EQ, GT, GTE):
            edge = number + (operation == GT)
            low = edge if low is None else max(low, edge)
        if operation in (EQ, LT, LTE):
            edge = number - (operation == LT)
            high = edge if high is None else min(high, edge)
    if low is None and high is None:
        raise Refused(_('“%(name)s” lacks a comparison such as {"gte": 3}.') % {"name": name})
    if low is not None and high is not None and low > high:
        raise Refused(_("“%(name)s”: no number is at least %(low)s and at most %(high)s.")
                      % {"name": name, "low": f"{low / unit:g}", "high": f"{high / unit:g}"})  # fmt: skip
    return Compared(low, high)


def _number(name: str, value: object, unit: int, most: int) -> int:
    too_fine = isinstance(value, float) and unit == 1
    if isinstance(value, bool) or not isinstance(value, int | float) or too_fine or not abs(value) <= most:
        raise Refused(
            _("“%(name)s” is compared with a number, at most %(most)s.") % {"name": name, "most": most}
        )
    return round(value * unit)


@dataclass(frozen=True, slots=True)
class Window:
    """When it happened: at most `within` seconds before the moment of asking, or at least `before`; or on the days `first` to
    `last`. Resolved, `since` and `until` are seconds since 1970 (until not included); None: no limit."""

    within: int | None = None
    before: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    since: int | None = None
    until: int | None = None

    @property
    def ever(self) -> bool:
        return (self.within, self.before, self.first, self.last) == (None,) * 4

    def resolved(self, moment: int, timezone: str) -> Window:
        """With its edges, counted from a moment in seconds; days are those of the time zone."""
        since = max(0, moment - self.within) if self.within is not None else None
        until = max(0, moment - self.before) if self.before is not None else None
        if self.first is not None:
            since = day_start(self.first, timezone)
        if self.last is not None:
            until = day_start(self.last + dt.timedelta(days=1), timezone)
        return replace(self, since=since, until=until)

    def say(self) -> str:
        """As part of a sentence; empty for ever."""
        if self.within is not None:
            return _("in the last %(length)s") % {"length": length(self.within)}
        if self.before is not None:
            return _("longer than %(length)s ago") % {"length": length(self.before)}
        if self.first is not None and self.last is not None:
            text = pgettext("when it was done", "from %(first)s to %(last)s")
            return text % {"first": self.first, "last": self.last}
        if self.first is not None:
            return _("since %(first)s") % {"first": self.first}
        return _("until %(last)s") % {"last": self.last} if self.last is not None else ""


def window(fields: Fields) -> Window:
    """Reads `within`, `before`, or `from` and `to`. Raises Refused."""
    given = [name for name in ("within", "before", "from", "to") if fields.has(name)]
    if len(given) > 1 and given != ["from", "to"]:
        raise Refused(_("“%(first)s” and “%(second)s” cannot stand together: say when it happened in one way.")
                      % {"first": given[0], "second": given[1]})  # fmt: skip
    first, last = fields.day("from", None), fields.day("to", None)
    if first is not None and last is not None and last < first:
        raise Refused(_("The span ends (%(to)s) before it begins (%(from)s).") % {"from": first, "to": last})
    if any(day is not None and not EPOCH < day <= LAST_DAY for day in (first, last)):
        raise Refused(_("Days can be asked for from 1970-01-02 to 2105-12-31."))
    within, before = (window_of(fields, name) for name in ("within", "before"))
    return Window(within, before, first, last)


def length(seconds_: int) -> str:
    """A length of time in words, in the largest unit that it is a whole number of."""
    for unit, word in ((86_400, "d"), (3600, "h")):
        if seconds_ % unit == 0:
            n = seconds_ // unit
            if word == "d":
                return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
            return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
    n = seconds_ // 60
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
