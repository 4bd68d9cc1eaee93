"""Which moment does this text mean? Dates as exports write them, in milliseconds since 1970 UTC.

A text that means no moment raises `ValueError`. Local times are read in the zone given; an hour that a clock change
repeats is its first, one that it skips is counted on.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
CACHED = 8_192
MILLIS_FROM = 10**11
"""Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5000."""

_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:[\s\u202f\u00a0]*([AaPp])\.?[\s\u00a0]*[Mm]\.?)?"
_OLD_DISCORD = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{2}|\d{4}) " + _CLOCK)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*" + _CLOCK)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4}),? +" + _CLOCK)
_EPOCH = re.compile(r"-?\d{9,13}(?:\.\d+)?")


@lru_cache(maxsize=64)
def zone(name: str) -> dt.tzinfo:
    return dt.UTC if name == "UTC" else ZoneInfo(name)


def epoch(seconds: str | float) -> int:
    """Seconds since 1970, perhaps as text with a fraction, in milliseconds; exact for up to three places."""
    if isinstance(seconds, str):
        whole, _dot, fraction = seconds.partition(".")
        return int(whole) * 1000 + int((fraction + "000")[:3])
    return round(seconds * 1000)


def iso(text: str, timezone: str) -> int:
    """ISO 8601; where it names no zone, in the zone given."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(timezone))
    return _ms(moment)


def discord(text: str, timezone: str) -> int:
    """`26-May-18 07:42 PM` of the older exports; else as `written`, month first where an AM or PM stands."""
    if text[10:11] == "T" and text[4:5] == "-":  # the newer exports: ISO, a million of them different
        return iso(text, timezone)
    return _older(text, timezone)


@lru_cache(maxsize=CACHED)
def _older(text: str, timezone: str) -> int:
    match = _OLD_DISCORD.fullmatch(text)
    if match is None:
        return written(text, timezone, day_first=text[-1:] not in "mM")
    day, month, year, *clock = match.groups()
    number = MONTHS.get(month.lower())
    if number is None:
        raise ValueError(text)
    return _local(int(year), number, int(day), clock, timezone)


@lru_cache(maxsize=CACHED)
def written(text: str, timezone: str, day_first: bool | None = None) -> int:
    """As people and tables write it: epoch seconds or milliseconds, ISO, year first, or year last where the order of day
    and month is known or plain."""
    if _EPOCH.fullmatch(text):
        number = epoch(text)
        return number // 1000 if abs(number) // 1000 >= MILLIS_FROM else number
    match = _YEAR_FIRST.fullmatch(text)
    if match is not None:
        year, month, day, *clock = match.groups()
        return _local(int(year), int(month), int(day), clock, timezone)
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return iso(text, timezone)
    first, second, year, *clock = match.groups()
    month, day = in_order(int(first), int(second), day_first)
    return _local(int(year), month, day, clock, timezone)


def in_order(first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    """Month and day of two numbers; `ValueError` where either could be the month and nobody said which."""
    if day_first is None:
        if first <= 12 and second <= 12 and first != second:
            raise ValueError("day or month first")
        day_first = first > 12
    return (second, first) if day_first else (first, second)


def _local(year: int, month: int, day: int, clock: list[str | None], timezone: str) -> int:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError(f"{hours} {half}M")
        hours = hours % 12 + (12 if half in "pP" else 0)
    full_year = year + 2000 if year < 100 else year
    return _ms(
        dt.datetime(full_year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=zone(timezone))
    )


def _ms(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
