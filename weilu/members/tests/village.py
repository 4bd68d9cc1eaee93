"""Short ways to tell a story: days, words, joins in Bea's community, and what is concluded from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.fixtures.log import event
from weilu.core import clock
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.warehouse import client

HEARTH = Place("telegram", "hearth", "Hearth")
HARBOUR = Place("telegram", "harbour", "Harbour")
BEGIN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
"""A Monday."""
DAY_MS = 86_400_000


def at(day: float) -> int:
    """Milliseconds of a day (0 is `BEGIN`)."""
    return clock.to_ms(BEGIN) + int(day * DAY_MS)


def moment(day: float) -> dt.datetime:
    return clock.from_ms(at(day))


def who(name: str) -> Actor:
    return Actor("telegram", name.lower(), name)


def tell(kind: str, name: str, day: float, *, place: Place = HEARTH, **rest: Any) -> Incoming:
    return event(kind, at(day), who(name), community=place, source="telegram", **rest)


def said(name: str, day: float, **rest: Any) -> Incoming:
    return tell("message.sent", name, day, **{"text": "tea?", **rest})


def came(name: str, day: float, **rest: Any) -> Incoming:
    return tell("member.joined", name, day, **rest)


def went(name: str, day: float, **rest: Any) -> Incoming:
    return tell("member.left", name, day, **rest)


def member_of(name: str) -> Any:
    from weilu.core.directory.models import Identity

    return Identity.objects.get(platform="telegram", outside=name.lower()).member


def community_of(place: Place) -> int:
    from weilu.core.directory.models import Community

    return int(Community.objects.get(platform=place.platform, outside=place.outside).pk)


def timelines() -> dict[tuple[str, int, int], list[tuple[int, str]]]:
    """Everything concluded, without versions: (key, scope, who) → change points."""
    rows = client.query(
        "SELECT key, scope, who, froms, vals FROM weilu.timelines FINAL WHERE notEmpty(froms)"
    ).to_pylist()
    return {
        (row["key"], row["scope"], row["who"]): [
            (int(moment.timestamp()), value) for moment, value in zip(row["froms"], row["vals"], strict=True)
        ]
        for row in rows
    }


def days(history: list[tuple[int, str]]) -> list[tuple[float, str]]:
    """Change points in days since `BEGIN`."""
    return [((second * 1000 - at(0)) / DAY_MS, value) for second, value in history]
