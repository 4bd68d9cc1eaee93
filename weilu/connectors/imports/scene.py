"""Where do the rows of an export happen? What all events of one channel share, and how each of them gets its key."""

from __future__ import annotations

from typing import NamedTuple

from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import key


class Scene(NamedTuple):
    """One channel, group, topic or site, and the road by which it comes to us."""

    platform: str
    source: str
    community: Place
    room: Place | None = None

    def event(self, kind: str, happened: int, actor: Actor | None, *parts: str | int) -> Incoming:
        """Something that happened here (ms); `parts` name it within its platform, as `core.events.keys` wants it."""
        return Incoming(
            key=key(self.platform, happened, *parts),
            kind=kind,
            happened=happened,
            source=self.source,
            actor=actor,
            community=self.community,
            room=self.room,
        )
