"""What do both dialects of Discord exports share? Channels as communities or rooms, and who counts as a bot."""

from __future__ import annotations

from dataclasses import dataclass

from weilu.connectors.imports.bots import looks_like_bot
from weilu.connectors.imports.contract import Options
from weilu.core.events.incoming import Actor, Place

PLATFORM = "discord"
SOURCE = "import-discord"
UNIQUE_NAMES_MS = 1_683_072_000_000
"""3 May 2023: Discord gave up discriminators. Before, `#0000` was a webhook; since, exports write it for people."""
NOBODY = "456226577798135808"
"""The account that Discord shows for everyone who deleted theirs: many people, so none."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`outside` is the channel's id, or its name where the export knows no id. `parent` is the channel that a thread, or a
    forum's post, belongs to."""

    outside: str
    name: str
    server: str = ""
    server_name: str = ""
    has_id: bool = False
    parent: str = ""
    parent_name: str = ""


def place_of(channel: Channel, channels: int, options: Options) -> tuple[Place, Place | None]:
    """Community and room. A channel is a community of its own, unless the server is to stay whole.

    A name given by the operator for an export of several channels also makes them one community. A thread is a room of its
    channel.
    """
    if options.one_community or (options.community and channels > 1):
        name = options.community or channel.server_name or options.origin
        server = options.community or channel.server or options.origin
        return Place(PLATFORM, server, name), Place(PLATFORM, channel.outside, channel.name)
    if channel.parent:
        name = options.community or channel.parent_name
        return Place(PLATFORM, channel.parent, name), Place(PLATFORM, channel.outside, channel.name)
    outside = channel.outside if channel.has_id else options.community or channel.outside
    return Place(PLATFORM, outside, options.community or channel.name), None


def actor_of(outside: str, author: str, happened: int) -> Actor:
    """An account named `name#1234`, `name#0000` (a webhook, in its time) or, since 2023, only `name`."""
    name, mark, number = author.rpartition("#")
    if not mark or not number.isdigit():
        name, number = author, ""
    webhook = number == "0000" and happened < UNIQUE_NAMES_MS
    return Actor(PLATFORM, outside, name, webhook or outside == NOBODY or looks_like_bot(name))
