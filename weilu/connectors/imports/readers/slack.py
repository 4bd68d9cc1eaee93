"""Slack export, zip or folder: `users.json`, `channels.json`, then a file a day in a folder a channel.

A channel is a community, unless the workspace is to stay whole; then channels are rooms. A message is known by its channel
and its `ts`, as in Slack's own API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
)
from weilu.connectors.imports import moments, traits
from weilu.connectors.imports.bots import looks_like_bot
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
from weilu.connectors.imports.recent import Recent
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id

PLATFORM = "slack"
SOURCE = "import-slack"
ROSTERS = ("users.json", "channels.json", "groups.json", "mpims.json", "dms.json", "org_users.json")
SPOKEN = frozenset(
    {"", "bot_message", "me_message", "file_share", "thread_broadcast", "file_comment", "reply_broadcast"}
    | {"slackbot_response", "file_mention", "document_mention", "assistant_app_thread"}
)
CHANGES = frozenset(
    f"{place}_{what}"
    for place in ("channel", "group")
    for what in (
        "topic",
        "purpose",
        "name",
        "archive",
        "unarchive",
        "convert_to_private",
        "convert_to_public",
    )
) | {"pinned_item"}
"""Other subtypes (calls, reminders, bots added, heads of threads that were deleted) are nobody's speech and are left out."""
JOINED = frozenset({"channel_join", "group_join"})
LEFT = frozenset({"channel_leave", "group_leave"})

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_LABELLED = re.compile(r"<[#!][^|<>]*\|([^<>]*)>")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Who and where: account → actor, folder of a channel → (id, name)."""

    people: Mapping[str, Actor]
    channels: Mapping[str, tuple[str, str]]


def claims(part: Part) -> bool:
    return part.base in ROSTERS or (_DAY.fullmatch(part.base) is not None and "/" in part.name)


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    rosters = {part.base: part for part in parts if part.base in ROSTERS}
    if "users.json" not in rosters:
        raise BadFile(parts[0].name, _("users.json is missing; this is not a Slack export"))
    workspace = Workspace(_people(rosters), _channels(rosters))
    recent, last = Recent(), ""
    for part in (part for part in parts if part.base not in ROSTERS):
        folder = part.name.split("/")[-2]
        if folder != last:
            last, recent = folder, Recent()
        channel = ChannelDay(folder, workspace, options, recent)
        yield from convert_each(part, _rows(part, tally), channel.events, tally)


def _rows(part: Part, tally: Tally) -> Iterator[tuple[int, Any]]:
    puller = JsonPuller(part, tally)
    try:
        yield from puller.items()
        puller.end()
    finally:
        puller.close()


def _people(rosters: Mapping[str, Part]) -> dict[str, Actor]:
    found = {}
    for name in ("org_users.json", "users.json"):
        for _line, user in _rows(rosters[name], Tally()) if name in rosters else ():
            actor = _account(user)
            found[actor.outside] = actor
    return found


def _account(user: Mapping[str, Any]) -> Actor:
    profile = user.get("profile") or {}
    name = (
        profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name")
    )
    bot = bool(user.get("is_bot")) or user.get("id") == "USLACKBOT"
    return Actor(PLATFORM, str(user.get("id") or ""), str(name or ""), bot)


def _channels(rosters: Mapping[str, Part]) -> dict[str, tuple[str, str]]:
    """Folders are named after the channel, or after its id for talks among a few."""
    found = {}
    for name in ("channels.json", "groups.json", "mpims.json", "dms.json"):
        for _line, channel in _rows(rosters[name], Tally()) if name in rosters else ():
            outside = str(channel.get("id") or channel.get("name"))
            shown = str(channel.get("name") or outside)
            found[shown] = found[outside] = (outside, shown)
    return found


class ChannelDay:
    """One day's file of a channel."""

    def __init__(self, folder: str, workspace: Workspace, options: Options, recent: Recent) -> None:
        self._id, name = workspace.channels.get(folder, (folder, folder))
        self._workspace = workspace
        self._options = options
        self._recent = recent
        channel = Place(PLATFORM, self._id, name)
        self._scene = Scene(PLATFORM, SOURCE, channel)
        if options.one_community or options.community:
            whole = options.community or options.origin
            self._scene = Scene(PLATFORM, SOURCE, Place(PLATFORM, whole, whole), channel)

    def events(self, row: Any) -> Iterator[Incoming]:
        if not isinstance(row, dict) or not row.get("ts"):
            raise RowRefused(_("this is not a message with a time"))
        happened = believable(self._moment(row["ts"]), self._options)
        subtype = str(row.get("subtype") or "")
        if subtype in SPOKEN:
            yield from self._message(row, happened)
        elif subtype in JOINED | LEFT:
            kind = MEMBER_JOINED if subtype in JOINED else MEMBER_LEFT
            yield self._event(row, kind, happened, subtype, self._author(row))
        elif subtype in CHANGES:
            event = self._event(row, COMMUNITY_CHANGED, happened, "changed", self._author(row))
            yield event._replace(properties={"change": subtype})

    def _message(self, row: dict[str, Any], happened: int) -> Iterator[Incoming]:
        author, written, ts = self._author(row), str(row.get("text") or ""), str(row["ts"])
        text = plain(written)
        parent = str(row.get("thread_ts") or ts)
        self._recent.add(ts, author)
        yield self._event(row, MESSAGE_SENT, happened, "sent", author)._replace(
            subject=self._object(ts),
            about=self._object(parent) if parent != ts else 0,
            target=self._answered(row, parent) if parent != ts else None,
            mentions=self._mentions(written),
            properties=traits.of_text(text, medium(row)),
            text=text,
        )
        yield from self._edit(row, author)
        yield from self._reactions(row, happened, author)

    def _answered(self, row: dict[str, Any], parent: str) -> Actor | None:
        """Replies name the author of their thread."""
        return self._recent.author(parent) or self._workspace.people.get(str(row.get("parent_user_id")))

    def _edit(self, row: dict[str, Any], author: Actor) -> Iterator[Incoming]:
        edited = row.get("edited") or {}
        if edited.get("ts"):
            happened = self._moment(edited["ts"])
            if happened <= self._options.latest_ms:
                event = self._event(row, MESSAGE_EDITED, happened, f"edited {edited['ts']}", author)
                yield event._replace(subject=self._object(row["ts"]))

    def _reactions(self, row: dict[str, Any], sent: int, author: Actor) -> Iterator[Incoming]:
        """The export does not say when; a reaction stands at the message's own time."""
        for reaction in row.get("reactions") or ():
            emoji = str(reaction.get("name") or "")
            for user in reaction.get("users") or ():
                event = self._event(
                    row, REACTION_ADDED, sent, f"reacted {user} {emoji}", self._person(str(user))
                )
                yield event._replace(
                    about=self._object(row["ts"]), target=author, properties={"emoji": emoji[:32]}
                )

    def _author(self, row: dict[str, Any]) -> Actor:
        """Where the row names nobody, a comment on a file, or the file itself, may."""
        inside: Mapping[str, Any] = next(
            (row[part] for part in ("comment", "file") if isinstance(row.get(part), dict)), {}
        )
        user, bot = row.get("user") or row.get("user_id") or inside.get("user"), row.get("bot_id")
        if user:
            actor = self._person(str(user), str((row.get("user_profile") or {}).get("display_name") or ""))
            return actor._replace(bot=True) if bot else actor
        if bot or row.get("username"):
            name = str(row.get("username") or (row.get("bot_profile") or {}).get("name") or bot)
            return Actor(PLATFORM, str(bot or name), name, True)
        raise RowRefused(_("the row names no author"))

    def _person(self, outside: str, name: str = "") -> Actor:
        known = self._workspace.people.get(outside)
        return known or Actor(PLATFORM, outside, name, looks_like_bot(name))

    def _mentions(self, text: str) -> tuple[Actor, ...]:
        return tuple(self._person(user) for user in dict.fromkeys(_MENTION.findall(text)))

    def _event(self, row: dict[str, Any], kind: str, happened: int, act: str, actor: Actor) -> Incoming:
        return self._scene.event(kind, happened, actor, self._id, str(row["ts"]), act)

    def _object(self, ts: Any) -> int:
        return object_id(PLATFORM, self._id, str(ts))

    def _moment(self, ts: Any) -> int:
        try:
            return moments.epoch(str(ts))
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": str(ts)[:40]}) from None


def plain(text: str) -> str:
    """Slack escapes three characters, and writes channels and groups as `<#C12|general>`: the name is kept."""
    text = _LABELLED.sub(r"\1", text) if "|" in text else text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


def medium(row: Mapping[str, Any]) -> str:
    files = row.get("files") or ([row["file"]] if isinstance(row.get("file"), dict) else [])
    return traits.medium_of(str(files[0].get("name") or files[0].get("filetype") or "file")) if files else ""


READER = Reader("slack", "slack", gettext_lazy("Slack"), claims, read)
