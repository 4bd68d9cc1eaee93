"""What is an event worth? Values are integers of minor units, as in every import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weilu.connectors.tracking.contract import Refused

BIGGEST = 2**63
MAJOR_UNITS = ("total", "revenue")
"""Properties that Segment's and PostHog's conventions give in major units (39.95), the first that is there counts."""
DIGITS = {**dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF"), 0),
          **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)}  # fmt: skip
"""Decimal places of currencies that do not have two (ISO 4217)."""


def value_of(properties: Mapping[str, Any], *, order: bool) -> int | None:
    """`value` where it is a whole number; of an order else `total` or `revenue`, turned into minor units.

    An order whose `value` is no whole number raises Refused: half a cent is a unit mistaken, and it would be summed.
    """
    given = properties.get("value")
    if given is not None:
        whole = _whole(given)
        if whole is None and order:
            raise Refused("bad_value")
        return whole
    return _from_major(properties) if order else None


def _whole(given: Any) -> int | None:
    if isinstance(given, str) and len(given) < 20:
        try:
            given = int(given)
        except ValueError:
            return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    whole: int = int(given)
    return whole if whole == given and -BIGGEST < whole < BIGGEST else None


def _from_major(properties: Mapping[str, Any]) -> int | None:
    for name in MAJOR_UNITS:
        given = properties.get(name)
        try:
            major = float(given) if isinstance(given, int | float | str) else None
        except ValueError:
            raise Refused("bad_value") from None
        if major is None or isinstance(given, bool):
            continue
        exact = major * 10.0 ** DIGITS.get(str(properties.get("currency", "")).upper(), 2)
        if not -BIGGEST < exact < BIGGEST:
            raise Refused("bad_value")
        return round(exact)
    return None
