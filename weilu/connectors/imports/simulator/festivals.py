"""When does the year of a tea brand swell, and what is then talked about?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

# Month and day of the lunar festivals by Gregorian year, after the conversion tables of the Hong Kong Observatory.
LUNAR: dict[int, tuple[str, str, str]] = {
    2020: ("01-25", "06-25", "10-01"),
    2021: ("02-12", "06-14", "09-21"),
    2022: ("02-01", "06-03", "09-10"),
    2023: ("01-22", "06-22", "09-29"),
    2024: ("02-10", "06-10", "09-17"),
    2025: ("01-29", "05-31", "10-06"),
    2026: ("02-17", "06-19", "09-25"),
    2027: ("02-06", "06-09", "09-15"),
    2028: ("01-26", "05-28", "10-03"),
    2029: ("02-13", "06-16", "09-22"),
    2030: ("02-03", "06-05", "09-12"),
    2031: ("01-23", "06-24", "10-01"),
    2032: ("02-11", "06-12", "09-19"),
    2033: ("01-31", "06-01", "09-08"),
    2034: ("02-19", "06-20", "09-27"),
    2035: ("02-08", "06-10", "09-16"),
}


@dataclass(frozen=True, slots=True)
class Festival:
    """`before` and `after` are days around it in which it is felt; `boost` multiplies talk at its height."""

    slug: str
    name: str
    before: int
    after: int
    boost: float
    topic: str
    promotion: float = 1.0


SPRING = Festival("spring", "春节", 5, 3, 2.2, "newyear", 1.2)
DRAGON_BOAT = Festival("dragon_boat", "端午", 3, 1, 1.6, "snack")
MID_AUTUMN = Festival("mid_autumn", "中秋", 7, 1, 2.0, "gift", 1.6)
QINGMING = Festival("qingming", "清明", 14, 8, 1.7, "longjing", 1.4)
NEW_YEAR = Festival("new_year", "元旦", 1, 1, 1.3, "newyear")
SIX_EIGHTEEN = Festival("618", "618", 6, 1, 1.7, "offer", 2.2)
DOUBLE_ELEVEN = Festival("double_11", "双十一", 8, 1, 2.0, "offer", 2.6)


def in_year(year: int) -> list[tuple[dt.date, Festival]]:
    """The festivals of a year; outside 2020–2035 the lunar ones are left out, since their dates are not known here."""
    found = [
        (dt.date(year, 1, 1), NEW_YEAR),
        (dt.date(year, 4, 4 if year % 4 in (0, 1) else 5), QINGMING),
        (dt.date(year, 6, 18), SIX_EIGHTEEN),
        (dt.date(year, 11, 11), DOUBLE_ELEVEN),
    ]
    for text, festival in zip(LUNAR.get(year, ()), (SPRING, DRAGON_BOAT, MID_AUTUMN), strict=False):
        found.append((dt.date.fromisoformat(f"{year}-{text}"), festival))
    return found


def felt_on(day: dt.date) -> list[tuple[float, Festival]]:
    """Festivals felt on a day with their strength, 1 at the height and less towards the edges."""
    felt = []
    for year in (day.year - 1, day.year, day.year + 1):
        for date, festival in in_year(year):
            distance = (day - date).days
            if -festival.before <= distance <= festival.after:
                edge = festival.before if distance < 0 else festival.after
                felt.append((1 - abs(distance) / (edge + 1), festival))
    return felt


def boost(day: dt.date) -> float:
    """By how much the festivals of a day multiply talk."""
    return max((1 + strength * (festival.boost - 1) for strength, festival in felt_on(day)), default=1.0)


def promotion(day: dt.date) -> float:
    """By how much they multiply selling."""
    return max((1 + strength * (festival.promotion - 1) for strength, festival in felt_on(day)), default=1.0)
