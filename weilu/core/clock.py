"""What time is it? Asked once per action and passed on; tests freeze it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

_frozen: list[dt.datetime] = []


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else dt.datetime.now(dt.UTC)


def now_ms() -> int:
    """The present moment in whole milliseconds since 1970, UTC."""
    return to_ms(now())


def to_ms(moment: dt.datetime) -> int:
    """An aware moment as whole milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> dt.datetime:
    """Milliseconds since 1970 as an aware moment in UTC; exact, also before 1970."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)


def day_of(moment: dt.datetime, timezone: str) -> dt.date:
    """The calendar day of a moment in a time zone (IANA name)."""
    return moment.astimezone(ZoneInfo(timezone)).date()


@contextmanager
def frozen(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at an aware moment, for tests and for replaying the past."""
    _frozen.append(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.pop()
