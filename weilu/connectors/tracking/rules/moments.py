"""When did it happen? Reads the times that SDKs write, and corrects clocks that say they are wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from weilu.connectors.tracking.contract import Refused

EARLIEST_MS = -2_208_988_800_000
LATEST_MS = 7_258_118_400_000
"""1900 and 2200: beyond them nothing is a time."""
MILLISECONDS_FROM = 100_000_000_000
"""A number from here on is in milliseconds (1973), below it in seconds (until 5138)."""
SKEW_MS = 5 * 60_000
"""A smaller difference between the device's clock and ours is the way of the request."""
DAY_MS = 86_400_000


def written(value: Any) -> int | None:
    """Milliseconds since 1970 UTC; None where nothing was said. Raises Refused."""
    if value is None or value == "":
        return None
    try:
        ms = _of_text(value) if type(value) is str else _of_number(value)
    except (ValueError, OverflowError, TypeError):
        raise Refused("bad_time") from None
    if not EARLIEST_MS <= ms <= LATEST_MS:
        raise Refused("bad_time")
    return ms


def happened(raw: int | None, sent: int | None, arrived: int) -> int:
    """When it happened by our clock. A device that says when it sent shows how wrong its clock is.

    Only a clock that is off by less than the log believes (30 days behind, one day ahead) is corrected: beyond that the
    event waits for the operator with the time as written, which is also what its key is made of.
    """
    if raw is None:
        return arrived
    if sent is None or not -DAY_MS <= arrived - raw <= 30 * DAY_MS:
        return raw
    skew = arrived - sent
    corrected = raw + skew
    return corrected if abs(skew) > SKEW_MS and corrected <= arrived else raw


def _of_text(text: str) -> int:
    if "-" not in text and len(text) > 8:
        return _of_number(float(text) if "." in text else int(text))
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp() * 1000)


def _of_number(number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError
    return round(number) if abs(number) >= MILLISECONDS_FROM else round(number * 1000)
