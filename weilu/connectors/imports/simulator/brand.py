"""Which play is asked for, and on which days does it run?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError
from weilu.core.events.incoming import SIMULATED

BRAND = "青山茶"
TIMEZONE = "Asia/Shanghai"
ZONE = ZoneInfo(TIMEZONE)
SOURCE = SIMULATED
DAY_MS = 86_400_000


class BadPlay(WeiluError):
    """The play that was asked for cannot be played."""

    code = "bad_play"


@dataclass(frozen=True, slots=True)
class Options:
    """What makes a play: equal options give equal events, byte for byte.

    `end` is the last day that is played. `members` counts accounts of people, staff included, bots not; `events` is
    aimed at and met within a few per cent.
    """

    end: dt.date
    seed: int = 7
    months: int = 12
    members: int = 3_000
    events: int = 200_000

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 120:
            raise BadPlay(_("--months must be between 1 and 120."))
        if self.members < 100:
            raise BadPlay(_("--members must be at least 100: eight communities need people."))
        if self.events < 5 * self.members:
            raise BadPlay(_("--events must be at least five times --members, else nobody has a life."))
        if self.end.year < 1980 or self.seed < 0:
            raise BadPlay(_("The play needs an end after 1980 and a seed of 0 or more."))

    @property
    def world(self) -> str:
        """Names this play in every key, so that two plays never meet in one event."""
        return f"{self.seed}/{self.end.isoformat()}/{self.months}/{self.members}/{self.events}"

    @property
    def start(self) -> dt.date:
        """First day: the day after the same day `months` ago, so that twelve months are one year."""
        months = self.end.year * 12 + self.end.month - 1 - self.months
        year, month = divmod(months, 12)
        last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
        return dt.date(year, month + 1, min(self.end.day, last)) + dt.timedelta(days=1)

    @property
    def length(self) -> int:
        """How many days are played."""
        return (self.end - self.start).days + 1

    def days(self) -> Iterator[tuple[int, dt.date]]:
        """Number and date of each day played."""
        for number in range(self.length):
            yield number, self.start + dt.timedelta(days=number)


def midnight_ms(day: dt.date) -> int:
    """Where a day begins in the brand's time zone, in milliseconds since 1970 UTC."""
    return int(dt.datetime.combine(day, dt.time(), tzinfo=ZONE).timestamp()) * 1000
