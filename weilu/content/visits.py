"""What does a visit come to as an event of the log? Only numbers and, at most, the host of the page where it was clicked."""

from __future__ import annotations

from typing import NamedTuple

from weilu.content.events import LINK_CLICKED, LINK_FORWARDED, LINK_PREVIEWED
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import key

SOURCE = "links"
SAME_MS, PREVIEW_MS = 10_000, 60_000
"""Clicks of one person on one link within the same ten seconds of the clock are one; previews within the same minute are."""


class Known(NamedTuple):
    """A link as the front door needs it. `until` is the first moment (ms) at which it leads nowhere any more; 0: it does now."""

    number: int
    target: str
    place: Place
    until: int | None


class Came(NamedTuple):
    """A browser at a member's own address: the first, or one of whom `at` (ms) tells since when it has been coming."""

    first: bool
    at: int


def stranger(visitor: str) -> Actor:
    return Actor(SOURCE, visitor, anonymous=True)


def clicked(link: Known, who: Actor, host: str, now: int) -> Incoming:
    return Incoming(
        key(SOURCE, now, LINK_CLICKED, link.number, who.platform, who.outside, now // SAME_MS),
        LINK_CLICKED,
        now,
        SOURCE,
        who,
        link.place,
        properties={"link": link.number, **({"host": host} if host else {})},
    )


def previewed(link: Known, agent: str, now: int) -> Incoming:
    return Incoming(
        key(SOURCE, now, LINK_PREVIEWED, link.number, agent, now // PREVIEW_MS),
        LINK_PREVIEWED,
        now,
        SOURCE,
        None,
        link.place,
        properties={"link": link.number},
    )


def forwarded(link: Known, member: Actor, to: Actor, since: int) -> Incoming:
    """Said at each click of whom it was passed on to, with the moment of the first: so it is one event, however often."""
    return Incoming(
        key(SOURCE, since, LINK_FORWARDED, link.number, member.platform, member.outside, to.outside),
        LINK_FORWARDED,
        since,
        SOURCE,
        member,
        link.place,
        target=to,
        properties={"link": link.number},
    )
