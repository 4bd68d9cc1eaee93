"""At which moment, and with which knowledge, is a page about members asked for?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import WeiluError
from weilu.core.events import queries as log

FIRST_DAY, LAST_DAY = dt.date(1970, 1, 2), dt.date(2105, 12, 30)
"""The store keeps moments as unsigned seconds in 32 bits."""


@dataclass(frozen=True, slots=True)
class When:
    """`before`: seconds; what happened from then on does not count. `known`: log position that knowledge ends with, None:
    all of today's. `as_of` and `known_day` are the days as asked for."""

    before: int
    zone: str
    as_of: dt.date | None = None
    known: int | None = None
    known_day: dt.date | None = None

    @property
    def present(self) -> bool:
        """Now, with today's knowledge: what is stored ready-made."""
        return self.as_of is None and self.known is None

    @property
    def rules_before_ms(self) -> int:
        """Thresholds changed at this moment or later, in milliseconds, are not known."""
        known_end = self.before if self.known_day is None else _end(self.known_day, self.zone)
        return min(self.before, known_end) * 1000


def present() -> When:
    return When(int(clock.now().timestamp()) + 1, brand_zone())


def asked(query: Mapping[str, str]) -> When:
    """From `as_of` and `known` of an address, days in the brand's zone, both to their end. Raises WeiluError for no day."""
    zone = brand_zone()
    as_of, known = day(query.get("as_of")), day(query.get("known"))
    before = int(clock.now().timestamp()) + 1
    if as_of is not None:
        before = min(before, _end(as_of, zone))
    position = log.known_on(known, zone) if known is not None else None
    return When(before, zone, as_of, position, known)


def start_of(day: dt.date, zone: str) -> int:
    """The first second of a day."""
    return int(dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).timestamp())


def _end(day: dt.date, zone: str) -> int:
    """The first second that is not of this day any more."""
    return start_of(day + dt.timedelta(days=1), zone)


def day(text: str | None) -> dt.date | None:
    """An ISO day of an address; None where nothing is given. Raises WeiluError."""
    if not text:
        return None
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = dt.date.min
    if not FIRST_DAY <= found <= LAST_DAY:
        raise WeiluError(_("“%(day)s” is not a day. Write it as 2026-01-31.") % {"day": text[:20]})
    return found
