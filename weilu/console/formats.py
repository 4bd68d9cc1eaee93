"""How does a number read on a page, in the language of the reader?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, pgettext

Number = int | float
NOTHING = "—"
"""Stands where there is no value; a zero is written as a zero."""
PERCENT, SECONDS, RATIO = "percent", "seconds", "ratio"
"""Units that are written in their own way; their values are per cent, seconds, and a plain quotient."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def number(value: Number | None, places: int | None = None) -> str:
    """1,284 or 3.2; at most one place unless told, none for whole numbers."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if places is None:
        places = 0 if float(value).is_integer() or abs(value) >= 1000 else 1
    return f"{value:,.{places}f}".replace("-", "−")


def compact(value: Number | None) -> str:
    """For axes and narrow places: 1.3 万 from 10,000 on; in English 13k, 1.2M."""
    if value is None:
        return NOTHING
    if abs(value) < 10_000:
        return number(value)
    if in_chinese():
        by, unit = (1e8, " 亿") if abs(value) >= 1e8 else (1e4, " 万")
    else:
        by, unit = (1e6, "M") if abs(value) >= 1e6 else (1e3, "k")
    return f"{value / by:,.1f}".removesuffix(".0") + unit


def percent(ratio: Number | None, places: int = 1) -> str:
    """A share of one as 41.3%."""
    return NOTHING if ratio is None else f"{ratio * 100:.{places}f}%".replace("-", "−")


def duration(seconds: Number | None) -> str:
    """4 分 12 秒 or 4m 12s: the two largest parts, rounded down to whole seconds."""
    if seconds is None:
        return NOTHING
    left = int(abs(seconds))
    names = (
        ((DAY, " 天"), (HOUR, " 小时"), (MINUTE, " 分"), (1, " 秒"))
        if in_chinese()
        else ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1, "s"))
    )
    first = next((index for index, (size, _) in enumerate(names) if left >= size), len(names) - 1)
    parts: list[str] = []
    for size, name in names[first : first + 2]:
        amount, left = divmod(left, size)
        if amount or not parts:
            parts.append(f"{amount}{name}")
    return ("−" if seconds < 0 else "") + " ".join(parts)


def quantity(value: Number | None, unit: str) -> str:
    """A value in its metric's unit: 41.3 per cent as 41.3%, seconds as a duration, everything else as a number."""
    if unit == PERCENT:
        return NOTHING if value is None else percent(value / 100)
    if unit == RATIO:
        return number(value, 2 if value is not None and abs(value) < 10 else 1)
    if unit == SECONDS:
        return duration(value)
    return number(value)


@dataclass(frozen=True, slots=True)
class Change:
    """A change against the period before: its words, the way the number went, and whether that is better."""

    text: str
    arrow: str
    tone: str
    """up (better), down (worse) or flat, as the style sheet colours them."""


def change(
    value: Number | None, before: Number | None, unit: str, better: str = "up", *, signed: bool = False
) -> Change | None:
    """None where nothing can be compared. Shares change by points, durations by time, small or signed numbers by difference:
    net growth from 16 to 5 is 11 fewer, not 69% less."""
    if value is None or before is None:
        return None
    gap = value - before
    if abs(gap) < 1e-9:
        return Change(gettext("no change"), "", "flat")
    rose = gap > 0
    tone = "flat" if better not in ("up", "down") else "up" if rose == (better == "up") else "down"
    return Change(_gap(gap, before, unit, signed), "▲" if rose else "▼", tone)


def _gap(gap: Number, before: Number, unit: str, signed: bool) -> str:
    if unit == PERCENT:
        return pgettext("beside a figure", "%(points)s pts") % {"points": f"{abs(gap):.1f}"}
    if unit == SECONDS:
        return duration(abs(gap))
    if signed or before <= 0 or abs(before) < 10:
        return number(abs(gap))
    return percent(abs(gap) / before)
