"""DiscordChatExporter JSON: one file a channel, with ids, replies, reactions, mentions and bot marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import (
    COMMUNITY_CHANGED,
    MEMBER_JOINED,
    MEMBER_LEFT,
    MESSAGE_EDITED,
    MESSAGE_SENT,
    REACTION_ADDED,
    REMOVED,
    WAY,
)
from weilu.connectors.imports import moments, traits
from weilu.connectors.imports.contract import (
    BadFile,
    Feed,
    Options,
    Reader,
    RowRefused,
    Tally,
    believable,
    convert_each,
)
from weilu.connectors.imports.jsonfile import JsonPuller
from weilu.connectors.imports.readers.discord import NOBODY, PLATFORM, SOURCE, Channel, place_of
from weilu.connectors.imports.recent import Recent
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Actor, Incoming
from weilu.core.events.keys import object_id

SPOKEN = frozenset(
    {"Default", "Reply", "ApplicationCommand", "ChatInputCommand", "ContextMenuCommand", "19", "20", "23"}
)
CHANGES = frozenset({"ChannelNameChange", "ChannelIconChange", "ChannelPinnedMessage", "ThreadCreated", "18"})
"""Newer exporters name types they do not know by Discord's number."""
LEFT_OUT = frozenset(
    {
        "Call",
        "3",
        *map(str, range(8, 13)),
        *map(str, range(14, 18)),
        "22",
        "24",
        "25",
        "26",
        "27",
        "28",
        "29",
        "30",
    }
    | {"31", "32", "36", "37", "38", "39", "44", "46", "21"}
)
"""Calls, boosts, stages, invitations, purchases, results of polls, alarms, and the copy of a thread's first message: said by
nobody here. A type that we do not know at all is a message where it says something."""


def claims(part: Part) -> bool:
    if not part.base.lower().endswith(".json"):
        return False
    head = part.head()
    return b'"guild"' in head and b'"channel"' in head


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        puller = JsonPuller(part, tally)
        try:
            yield from _file(puller, part, len(parts), options, tally)
            puller.end()
        finally:
            puller.close()


def _file(puller: JsonPuller, part: Part, channels: int, options: Options, tally: Tally) -> Feed:
    header: dict[str, Any] = {}
    found = False
    for field in puller.fields():
        if field in ("guild", "channel"):
            header[field] = puller.value()
        elif field == "messages":
            found = True
            messages = ChannelMessages(_channel(header, part, puller.line), channels, options)
            yield from convert_each(part, puller.items(), messages.events, tally)
    if not found:
        raise BadFile(part.name, _("there is no list of messages in it; this is not a Discord export"), 1)


def _channel(header: Mapping[str, Any], part: Part, line: int) -> Channel:
    guild, channel = header.get("guild"), header.get("channel")
    if not isinstance(guild, dict) or not isinstance(channel, dict) or not channel.get("id"):
        raise BadFile(part.name, _("the file does not say which channel it holds"), line)
    name = str(channel.get("name") or "")
    parent = str(channel.get("categoryId") or "") if "Thread" in str(channel.get("type") or "") else ""
    return Channel(
        str(channel["id"]), name, str(guild.get("id") or ""), str(guild.get("name") or ""), has_id=True,
        parent=parent, parent_name=str(channel.get("category") or "") if parent else "",
    )  # fmt: skip


class ChannelMessages:
    """One channel on its way through; remembers recent authors."""

    def __init__(self, channel: Channel, channels: int, options: Options) -> None:
        self._channel = channel.outside
        self._scene = Scene(PLATFORM, SOURCE, *place_of(channel, channels, options))
        self._options = options
        self._recent = Recent()

    def events(self, row: Any) -> Iterator[Incoming]:
        """Everything that one entry of `messages` tells; what stands in `LEFT_OUT` tells nothing."""
        if not isinstance(row, dict) or not row.get("id") or not isinstance(row.get("author"), dict):
            raise RowRefused(_("this is not a message with an id and an author"))
        happened = believable(self._moment(row, "timestamp"), self._options)
        author = person(row["author"])
        kind = str(row.get("type") or "Default")
        if kind in SPOKEN:
            yield self._message(row, happened, author)
            yield from self._edit(row, author)
            yield from self._reactions(row, happened, author)
        elif kind in ("GuildMemberJoin", "7"):
            yield self._event(row, MEMBER_JOINED, happened, "joined", author)
        elif kind in ("RecipientAdd", "RecipientRemove"):
            yield from self._recipients(row, happened, author, added=kind == "RecipientAdd")
        elif kind in CHANGES:
            yield self._event(row, COMMUNITY_CHANGED, happened, "changed", author)._replace(
                properties={"change": kind}
            )
        elif kind not in LEFT_OUT and (row.get("content") or row.get("attachments")):
            yield self._message(row, happened, author)

    def _message(self, row: dict[str, Any], happened: int, author: Actor) -> Incoming:
        forwarded = row.get("forwardedMessage") or {}
        text = str(row.get("content") or forwarded.get("content") or "")
        found = traits.of_text(text, medium(row) or medium(forwarded))
        if forwarded:
            found["forwarded"] = True
        if counted := sum(
            int(one.get("count") or 0) for one in row.get("reactions") or () if not one.get("users")
        ):
            found["reactions"] = counted
        about, target = self._reply(row)
        self._recent.add(str(row["id"]), author)
        return self._event(row, MESSAGE_SENT, happened, "sent", author)._replace(
            subject=self._object(row["id"]),
            about=about,
            target=target,
            mentions=tuple(person(one) for one in row.get("mentions") or () if one.get("id")),
            properties=found,
            text=text,
        )

    def _reply(self, row: dict[str, Any]) -> tuple[int, Actor | None]:
        """The message answered; one forwarded from elsewhere or in another channel is no answer here."""
        reference = row.get("reference") or {}
        parent = reference.get("messageId")
        if not parent or reference.get("channelId") not in (None, self._channel):
            return 0, None
        return self._object(parent), self._recent.author(str(parent))

    def _edit(self, row: dict[str, Any], author: Actor) -> Iterator[Incoming]:
        if not row.get("timestampEdited"):
            return
        happened = self._moment(row, "timestampEdited")
        if happened <= self._options.latest_ms:
            yield self._event(row, MESSAGE_EDITED, happened, f"edited {happened}", author)._replace(
                subject=self._object(row["id"])
            )

    def _reactions(self, row: dict[str, Any], sent: int, author: Actor) -> Iterator[Incoming]:
        """Newer exports name who reacted, though not when: such a reaction stands at the message's own time. Where they only
        count, the count stands with the message."""
        for reaction in row.get("reactions") or ():
            emoji = reaction.get("emoji") or {}
            mark = str(emoji.get("id") or emoji.get("name") or "")
            for user in reaction.get("users") or ():
                who = person(user)
                yield self._event(row, REACTION_ADDED, sent, f"reacted {who.outside} {mark}", who)._replace(
                    about=self._object(row["id"]),
                    target=author,
                    properties={"emoji": str(emoji.get("name") or mark)[:32]},
                )

    def _recipients(
        self, row: dict[str, Any], happened: int, author: Actor, *, added: bool
    ) -> Iterator[Incoming]:
        kind = MEMBER_JOINED if added else MEMBER_LEFT
        for one in row.get("mentions") or ():
            who = person(one)
            event = self._event(row, kind, happened, f"{kind} {who.outside}", who)
            own = added or who.outside == author.outside
            yield event if own else event._replace(properties={WAY: REMOVED})

    def _event(self, row: dict[str, Any], kind: str, happened: int, act: str, actor: Actor) -> Incoming:
        return self._scene.event(kind, happened, actor, self._channel, str(row["id"]), act)

    def _object(self, message: Any) -> int:
        return object_id(PLATFORM, self._channel, str(message))

    def _moment(self, row: dict[str, Any], field: str) -> int:
        try:
            return moments.iso(str(row.get(field)), "UTC")
        except (ValueError, OverflowError):
            raise RowRefused(
                _("the date cannot be read: %(date)s") % {"date": str(row.get(field))[:40]}
            ) from None


def person(row: Mapping[str, Any]) -> Actor:
    """An account as the export describes it; the mark `isBot` holds for webhooks too."""
    outside = str(row.get("id") or "")
    if not outside:
        raise RowRefused(_("the row names no author"))
    name = str(row.get("nickname") or row.get("name") or "")
    return Actor(PLATFORM, outside, name, bool(row.get("isBot")) or outside == NOBODY)


def medium(row: Mapping[str, Any]) -> str:
    attachments = row.get("attachments") or ()
    if attachments:
        return traits.medium_of(str(attachments[0].get("fileName") or "file"))
    return "sticker" if row.get("stickers") else ""


READER = Reader("discord-json", "discord", gettext_lazy("Discord (JSON)"), claims, read)
