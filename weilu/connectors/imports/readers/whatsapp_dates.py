"""When was this WhatsApp line written? Its heading in the looks of many languages, and which number is the month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.connectors.imports.contract import RowRefused
from weilu.connectors.imports.moments import in_order, zone

_SPACE = r"[ \u00a0\u202f]"
_BEFORE = "上午|下午|凌晨|早上|清晨|中午|晚上|오전|오후|午前|午後|am|pm"
"""Halves of a day that stand before the hour."""
_HALF = r"(?:a|p)\.?" + _SPACE + rf"?m\.?|{_BEFORE}|ص|م|ق\.ظ\.?|ب\.ظ\.?|[πμ]\.?μ\.?|ÖÖ|ÖS|SA|CH|de\.|du\."
_MARK = "[\u200e\u200f]*"
"""Direction marks that stand within dates of languages written from the right."""
_BETWEEN = rf"{_MARK}[-/.年년]{_MARK} ?"
_DATE = rf"(?P<a>\d{{1,4}}){_BETWEEN}(?P<b>\d{{1,2}}){_MARK}(?:[-/.]|月|월){_MARK} ?(?P<c>\d{{1,4}})(?:\.|日|일)?{_MARK}"
_TIME = (
    rf"(?P<before>{_BEFORE})?{_SPACE}?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})"
    rf"(?:[:.](?P<second>\d{{2}}))?(?:{_SPACE}?(?P<after>{_HALF}))?"
)
_BODY = rf"{_DATE}(?:[,،]| (?:à|às|at|um|kl\.?|om|alle(?: ore)?))?{_SPACE}{{1,2}}{_TIME}"
_ANDROID = re.compile(rf"{_BODY} [-–] (?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_EARLY_IPHONE = re.compile(
    _BODY.replace("(?:[:.](?P<second>\\d{2}))?", "[:.](?P<second>\\d{2})") + r": (?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""Until 2016, without brackets: `12/31/14, 11:55:12 PM: Ada: hi`."""
_IPHONE = re.compile(rf"\[{_BODY}\] (?P<rest>.*)", re.IGNORECASE | re.DOTALL)
AFTERNOON = frozenset({"下午", "晚上", "오후", "午後", "م", "ب.ظ", "ب.ظ.", "μ.μ.", "μμ", "ös", "ch", "du."})
NOON = "中午"


def heading(line: str) -> re.Match[str] | None:
    """Groups a, b, c are the numbers of the date as they stand; `rest` is what follows the time."""
    return _ANDROID.match(line) or _IPHONE.match(line) or _EARLY_IPHONE.match(line)


@dataclass(frozen=True, slots=True)
class Order:
    """How dates are to be read; `empty` where the file holds none. `day_first` is None where it makes no difference."""

    day_first: bool | None
    empty: bool = False

    def moment(self, head: re.Match[str], timezone: str) -> int:
        """Milliseconds since 1970 UTC; `RowRefused` where there is no such moment."""
        try:
            year, month, day = _parts((int(head["a"]), int(head["b"]), int(head["c"])), self.day_first)
            moment = dt.datetime(
                year,
                month,
                day,
                _hour(head),
                int(head["minute"]),
                int(head["second"] or 0),
                tzinfo=zone(timezone),
            )
            return round(moment.timestamp() * 1000)
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": head.string[:40]}) from None


def order_of(dates: Iterable[tuple[int, int, int]], told: bool | None) -> Order | None:
    """The order that the whole file allows; None where both would do and nobody has told.

    A number above 12 decides. Else time decides: read in the wrong order, dates jump back and forth.
    """
    survey = _DateSurvey()
    for date in dates:
        survey.see(date)
    if survey.count == 0:
        return Order(None, empty=True)
    return Order(told) if told is not None else survey.verdict()


def by_look(head: re.Match[str]) -> bool | None:
    """Is the day first, to judge by how phones of one language write? None where several ways look like this.

    Source: the short dates of Unicode's CLDR, which the app follows. With dots or dashes, or with leading zeros between strokes, the
    day stands first; without zeros and with AM or PM in capitals it is the United States' way.
    """
    date = head.string[head.start("a") : head.end("c")]
    if "/" not in date:
        return True
    if "0" in (head["a"][:1], head["b"][:1]):
        return True
    return False if head["after"] in ("AM", "PM") else None


class _DateSurvey:
    def __init__(self) -> None:
        self.count = 0
        self._day_first = self._month_first = self._differs = False
        self._back = [0, 0]
        self._last: list[tuple[int, int, int]] = [(0, 0, 0), (0, 0, 0)]

    def see(self, date: tuple[int, int, int]) -> None:
        self.count += 1
        first, second, year = date
        if first > 31:
            return
        self._day_first |= first > 12
        self._month_first |= second > 12
        self._differs |= first != second
        for way, read in enumerate(((year, second, first), (year, first, second))):
            self._back[way] += read < self._last[way]
            self._last[way] = read

    def verdict(self) -> Order | None:
        if self._day_first or self._month_first:
            return Order(self._day_first and not self._month_first)
        if not self._differs:
            return Order(None)
        as_day, as_month = self._back
        return None if as_day == as_month else Order(as_day < as_month)


def _parts(date: tuple[int, int, int], day_first: bool | None) -> tuple[int, int, int]:
    if date[0] > 31:
        return date
    first, second, year = date
    month, day = in_order(first, second, day_first)
    return (year + 2000 if year < 100 else year), month, day


def _hour(head: re.Match[str]) -> int:
    hour = int(head["hour"])
    half = (head["before"] or head["after"] or "").lower()
    if not half:
        return hour
    if half in AFTERNOON or half.startswith("p"):
        return hour % 12 + 12
    return hour if half == NOON else hour % 12
