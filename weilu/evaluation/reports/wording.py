"""How do figures read inside a sentence, in the language of the report?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, pgettext

Number = int | float
NOTHING = "—"
SIGNED = "signed"
"""Stands in place of a unit for what may fall below zero: written with its sign, compared by difference."""
NAMED = 3
"""So many people are named in a sentence; more are counted."""


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def number(value: Number | None) -> str:
    """1,284 or 3.2"""
    if value is None:
        return NOTHING
    whole = float(value).is_integer() or abs(value) >= 1000
    return f"{value:,.{0 if whole else 1}f}".replace("-", "−")


def percent(share: Number | None) -> str:
    """A share of one as 41.3%."""
    return NOTHING if share is None else f"{share * 100:.1f}%".replace("-", "−")


def duration(seconds: Number | None) -> str:
    """The two largest parts: 4 分 12 秒, 4m 12s."""
    if seconds is None:
        return NOTHING
    left, parts = int(seconds), list[str]()
    sizes = ((86_400, gettext("d")), (3_600, gettext("h")), (60, gettext("m")), (1, gettext("s")))
    for size, name in sizes:
        amount, left = divmod(left, size)
        if amount or (size == 1 and not parts):
            parts.append(f"{amount}{' ' if chinese() else ''}{name}")
    return " ".join(parts[:2])


def quantity(value: Number | None, unit: str) -> str:
    """A value in its metric's unit; `percent` values are 0 … 100 as metrics have them."""
    if unit == SIGNED:
        return number(value) if not value or value < 0 else f"+{number(value)}"
    if unit == "percent":
        return percent(None if value is None else value / 100)
    return duration(value) if unit == "seconds" else number(value)


def change(value: Number | None, before: Number | None, unit: str) -> str:
    """+12.0% against before; points for shares, time for durations; empty where there is nothing to compare."""
    if value is None or before is None:
        return ""
    gap = round(value - before, 1) if unit == "percent" else value - before
    sign = "+" if gap > 0 else "−" if gap < 0 else "±"
    if unit == "percent":
        return sign + gettext("%(points)s pts") % {"points": f"{abs(gap):.1f}"}
    if unit == "seconds":
        return sign + duration(abs(gap))
    if unit == SIGNED or before <= 0 or abs(before) < 10:
        return sign + number(abs(gap))
    return f"{sign}{abs(gap) / before * 100:.1f}%"


def people(ids: Sequence[int], names: Mapping[int, str]) -> str:
    """Ada, Bea and 3 more."""
    shown = [names.get(one, "") or f"#{one}" for one in ids[:NAMED]]
    listed = pgettext("between names", ", ").join(shown)
    rest = len(ids) - len(shown)
    told = {"names": listed, "rest": rest, "total": len(ids)}
    return gettext("%(names)s and %(rest)s more") % told if rest > 0 else listed


def weekday(number: int) -> str:
    """1 is Monday."""
    return (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"), gettext("Friday"),
        gettext("Saturday"), gettext("Sunday"),
    )[number - 1]  # fmt: skip


def hours(first: int, after: int) -> str:
    """21:00–22:00"""
    return f"{first:02d}:00–{after % 24 if after != 24 else 24:02d}:00"


def day(date: dt.date) -> str:
    """6月25日, Jun 25."""
    if chinese():
        return f"{date.month}月{date.day}日"
    return f"{MONTHS[date.month - 1]} {date.day}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span(first: dt.date, last: dt.date) -> str:
    """2018年6月25日 至 7月1日, Jun 25 – Jul 1, 2018."""
    if chinese():
        return f"{first.year}年{day(first)} 至 {day(last)}"
    return f"{day(first)} – {day(last)}, {last.year}"


def moment(seconds: int | None, timezone: str) -> str:
    """6月21日 21:05 in the community's time zone."""
    if seconds is None:
        return NOTHING
    local = dt.datetime.fromtimestamp(seconds, ZoneInfo(timezone))
    return f"{day(local.date())} {local:%H:%M}"


def state(slug: str) -> str:
    """A lifecycle state; `none` is "not a member"."""
    return {
        "new": pgettext("state", "new"),
        "active": pgettext("state", "active"),
        "returning": pgettext("state", "returning"),
        "dormant": pgettext("state", "dormant"),
        "churned": pgettext("state", "churned"),
        "none": pgettext("state", "not in"),
    }.get(slug, slug)
