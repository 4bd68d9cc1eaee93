"""Filters for numbers and moments. All are built in: no `{% load %}` is needed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from weilu.console import formats
from weilu.core import clock

register = template.Library()
register.filter("number", formats.number)
register.filter("compact", formats.compact)
register.filter("percent", formats.percent)
register.filter("duration", formats.duration)
register.filter("quantity", formats.quantity)


@register.filter
def moment(value: dt.datetime | int | None, timezone: str = "UTC") -> str:
    """Date and time in a community's zone: 2018年6月30日 21:05, Jun 30, 2018 21:05. Takes a datetime or milliseconds."""
    if value is None or value == "":
        return formats.NOTHING
    local = _aware(value).astimezone(ZoneInfo(timezone or "UTC"))
    return f"{day(local.date())} {local:%H:%M}"


@register.filter
def hour(value: int, timezone: str) -> str:
    """21:05 in a zone, of milliseconds: for what stands under its day."""
    return f"{clock.from_ms(value).astimezone(ZoneInfo(timezone)):%H:%M}"


@register.filter
def day(value: dt.date | dt.datetime | str | None) -> str:
    """A day as the language writes it, the year only where it is not this one."""
    if not value:
        return formats.NOTHING
    date = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    this_year = date.year == clock.now().year
    if formats.in_chinese():
        return f"{date.month}月{date.day}日" if this_year else f"{date.year}年{date.month}月{date.day}日"
    return date_format(date, "M j" if this_year else "M j, Y")


@register.filter
def ago(value: dt.datetime | int | None) -> str:
    """How long ago, in its largest part: 3 分钟前, 3 minutes ago."""
    if value is None or value == "":
        return formats.NOTHING
    seconds = int((clock.now() - _aware(value)).total_seconds())
    if seconds < 60:
        return gettext("just now")
    if seconds < formats.HOUR:
        return _count(seconds // 60, ngettext("%(n)s minute ago", "%(n)s minutes ago", seconds // 60))
    if seconds < formats.DAY:
        return _count(seconds // 3600, ngettext("%(n)s hour ago", "%(n)s hours ago", seconds // 3600))
    days = seconds // formats.DAY
    return (
        _count(days, ngettext("%(n)s day ago", "%(n)s days ago", days)) if days < 60 else day(_aware(value))
    )


def _count(n: int, sentence: str) -> str:
    return sentence % {"n": n}


def _aware(value: dt.datetime | int) -> dt.datetime:
    if isinstance(value, int):
        return clock.from_ms(value)
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
