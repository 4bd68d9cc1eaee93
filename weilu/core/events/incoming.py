"""What does a connector, an import or an action hand to the intake?

These are plain tuples, since a million of them pass in a minute. Names, outside ids and text travel in them only as far
as the sequencer, which puts them into the directory and `private`; the log keeps numbers.
"""

from __future__ import annotations

from typing import NamedTuple

LIVE_BATCH = 0
"""The batch that live events claim; it is never undone."""

SIMULATED = "demo"
"""The source of what nobody lived; communities that it brings are marked, so that pages can say so."""


class Actor(NamedTuple):
    """A platform account as the platform names it. `outside` is opaque text, unique within `platform`.

    `anonymous`: only a device or a browser is known by this id, and nobody has said whose it is.
    """

    platform: str
    outside: str
    name: str = ""
    bot: bool = False
    anonymous: bool = False


class Place(NamedTuple):
    """A community, or a room inside one. `outside` is opaque text, unique within `platform` (a room: within its community)."""

    platform: str
    outside: str
    name: str = ""


class Incoming(NamedTuple):
    """One fact on its way into the log.

    `key` comes from `keys.key(...)`: 22 bytes, the same for the same object of the platform whichever road it came by.
    `happened` is in milliseconds since 1970 UTC. `subject` names the object that the event is about (a message) and
    `about` the object it refers to (the message replied or reacted to); both come from `keys.object_id(...)` and are
    0 where there is none. `target` is the person it is directed at, where the source knows. `properties` hold no name, outside id or free text; `text`
    and `private` do, and are erasable.
    """

    key: bytes
    kind: str
    happened: int
    source: str
    actor: Actor | None = None
    community: Place | None = None
    room: Place | None = None
    subject: int = 0
    about: int = 0
    target: Actor | None = None
    mentions: tuple[Actor, ...] = ()
    value: int | None = None
    properties: dict[str, str | int | float | bool] | None = None
    text: str = ""
    private: dict[str, str] | None = None
    version: int = 1
