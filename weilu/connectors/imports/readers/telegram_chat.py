"""What happened in one Telegram chat, message by message? Service messages, replies, edits, forwards, reactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

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
from weilu.connectors.imports.bots import looks_like_bot
from weilu.connectors.imports.contract import Options, RowRefused, believable
from weilu.connectors.imports.naming import Names
from weilu.connectors.imports.readers.telegram_shapes import chat_id, medium, person_id, said
from weilu.connectors.imports.recent import Recent
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import key, object_id

PLATFORM = "telegram"
SOURCE = "import-telegram"
NEVER_EDITED_MS = 946_684_800_000
"""Older files write an edit in 1970 for a message that was never edited."""
JOINS = frozenset({"join_group_by_link", "join_group_by_request", "joined_by_request", "join_group"})
CHANGES = frozenset(
    {
        "create_group",
        "create_channel",
        "edit_group_title",
        "edit_group_photo",
        "delete_group_photo",
        "pin_message",
    }
    | {"migrate_to_supergroup", "migrate_from_group", "topic_created", "topic_edit", "set_messages_ttl"}
    | {"group_call", "group_call_scheduled", "edit_chat_theme", "boost_apply", "giveaway_launch"}
    | {"giveaway_results", "set_chat_wallpaper", "set_same_chat_wallpaper"}
)


class Chat:
    """One chat on its way through; remembers recent authors, names and topics."""

    def __init__(self, header: Mapping[str, Any], options: Options) -> None:
        self._id = chat_id(int(header["id"]), str(header["type"]))
        self._options = options
        self._community = Place(PLATFORM, self._id, options.community or str(header.get("name") or ""))
        self._recent = Recent()
        self._names = Names()
        self._topics: dict[str, Place] = {}
        self._service: dict[str, Callable[[dict[str, Any], int, Actor | None], Iterator[Incoming]]] = {
            "invite_members": self._invited,
            "remove_members": self._removed,
            "leave_group": self._left,
            "topic_created": self._topic,
            "create_group": self._founded,
            **dict.fromkeys(JOINS, self._joined),
        }

    def events(self, row: Any) -> Iterator[Incoming]:
        """Everything that one entry of `messages` tells."""
        if not isinstance(row, dict) or not isinstance(row.get("id"), int):
            raise RowRefused(_("this is not a message with an id"))
        happened = believable(self._moment(row, "date"), self._options)
        if row.get("type") == "service":
            yield from self._service_events(row, happened)
        elif row.get("type") == "message":
            yield from self._message(row, happened)
            yield from self._edit(row)
            yield from self._reactions(row, happened)
        else:
            raise RowRefused(_("an unknown type of entry: %(type)s") % {"type": str(row.get("type"))[:40]})

    def _message(self, row: dict[str, Any], happened: int) -> Iterator[Incoming]:
        author = self._actor(row.get("from_id"), row.get("from"))
        text = said(row)
        about, target, room = self._reply(row)
        self._recent.add(str(row["id"]), author, room)
        found = traits.of_text(text, medium(row))
        if row.get("forwarded_from") is not None or "forwarded_from_id" in row:
            found["forwarded"] = True
        if row.get("via_bot"):
            found["via_bot"] = True
        yield self._event(
            row["id"], MESSAGE_SENT, happened, "sent", author, room=room, text=text, properties=found
        )._replace(
            subject=self._object(row["id"]), about=about, target=target, mentions=self._mentions(row, text)
        )

    def _edit(self, row: dict[str, Any]) -> Iterator[Incoming]:
        if not row.get("edited") and not row.get("edited_unixtime"):
            return
        happened = self._moment(row, "edited")
        if not NEVER_EDITED_MS < happened <= self._options.latest_ms:
            return
        known = self._recent.find(str(row["id"]))
        yield self._event(
            row["id"],
            MESSAGE_EDITED,
            happened,
            f"edited {happened // 1000}",
            known.author if known else None,
            room=known.room if known else None,
        )._replace(subject=self._object(row["id"]))

    def _reactions(self, row: dict[str, Any], sent: int) -> Iterator[Incoming]:
        """Telegram names only the latest people who reacted; the others are a count, which is no event of anyone."""
        for reaction in row.get("reactions") or ():
            emoji = str(reaction.get("emoji") or reaction.get("document_id") or reaction.get("type"))
            for one in reaction.get("recent") or ():
                happened = self._reacted(one, row, sent)
                person = self._actor(one.get("from_id"), one.get("from"))
                if person is None or happened is None:
                    continue
                yield self._event(
                    row["id"], REACTION_ADDED, happened, f"reacted {person.outside} {emoji}", person,
                    properties={"emoji": emoji[:32]},
                )._replace(about=self._object(row["id"]), target=self._recent.author(str(row["id"])))  # fmt: skip

    def _reacted(self, one: dict[str, Any], row: dict[str, Any], sent: int) -> int | None:
        """Reactions carry a local time only; the message's own two times tell how far local is from UTC."""
        if not one.get("date"):
            return None
        happened = moments.iso(str(one["date"]), "UTC") - self._offset(row, sent)
        return max(happened, sent) if happened <= self._options.latest_ms else None

    def _offset(self, row: dict[str, Any], sent: int) -> int:
        if not row.get("date"):
            return 0
        return moments.iso(str(row["date"]), "UTC") - sent

    def _reply(self, row: dict[str, Any]) -> tuple[int, Actor | None, Place | None]:
        """The message answered, its author where still known, and the topic. A reply to a topic's head is no reply."""
        parent = row.get("reply_to_message_id")
        if parent is None:
            return 0, None, None
        topic = self._topics.get(str(parent))
        if topic is not None:
            return 0, None, topic
        if row.get("reply_to_peer_id"):
            return 0, None, None
        known = self._recent.find(str(parent))
        return self._object(parent), known.author if known else None, known.room if known else None

    def _mentions(self, row: dict[str, Any], text: str) -> tuple[Actor, ...]:
        spans = row.get("text_entities") or (row["text"] if isinstance(row.get("text"), list) else ())
        found = {}
        for span in spans:
            if isinstance(span, dict) and span.get("type") == "mention_name" and span.get("user_id"):
                outside = person_id(str(span["user_id"]))
                found[outside] = Actor(PLATFORM, outside)
        return tuple(found.values())

    def _service_events(self, row: dict[str, Any], happened: int) -> Iterator[Incoming]:
        """Joins, leaves and changes; calls, payments and the like are no part of a community's life and are left out."""
        actor = self._actor(row.get("actor_id"), row.get("actor"))
        action = str(row.get("action") or "")
        handler = self._service.get(action)
        if handler is not None:
            yield from handler(row, happened, actor)
        elif action in CHANGES:
            yield self._changed(row, happened, actor)

    def _changed(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Incoming:
        return self._event(
            row["id"],
            COMMUNITY_CHANGED,
            happened,
            "changed",
            actor,
            properties={"change": str(row["action"])},
        )

    def _founded(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        """Whoever makes a group is in it from then on, with those named at once."""
        yield self._changed(row, happened, actor)
        yield from self._invited(
            {**row, "members": row.get("members") or [actor.name if actor else None]}, happened, actor
        )

    def _topic(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        self._topics[str(row["id"])] = Place(PLATFORM, str(row["id"]), str(row.get("title") or ""))
        yield self._changed(row, happened, actor)

    def _joined(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        yield self._membership(MEMBER_JOINED, row, happened, actor, 0, {WAY: "link"})

    def _left(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        yield self._membership(MEMBER_LEFT, row, happened, actor, 0, {WAY: "self"})

    def _invited(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        for place, person, myself in self._people(row, actor):
            way = "self" if myself else "invited"
            event = self._membership(MEMBER_JOINED, row, happened, person, place, {WAY: way})
            yield event if myself else event._replace(target=actor)

    def _removed(self, row: dict[str, Any], happened: int, actor: Actor | None) -> Iterator[Incoming]:
        for place, person, myself in self._people(row, actor):
            way = "self" if myself else REMOVED
            yield self._membership(MEMBER_LEFT, row, happened, person, place, {WAY: way})

    def _people(self, row: dict[str, Any], actor: Actor | None) -> Iterator[tuple[int, Actor | None, bool]]:
        """Those invited or removed stand there by name only: one seen before by that name, else known by name alone."""
        for place, name in enumerate(row.get("members") or ()):
            if actor is not None and name == actor.name:
                yield place, actor, True
            elif name:
                yield place, self._names.find(str(name)) or Actor(PLATFORM, f"name:{name}", str(name)), False
            else:
                yield place, None, False

    def _membership(
        self, kind: str, row: dict[str, Any], happened: int, person: Actor | None, place: int,
        properties: traits.Traits,
    ) -> Incoming:  # fmt: skip
        if person is None:
            raise RowRefused(_("nobody is named who joined or left"))
        return self._event(row["id"], kind, happened, f"{kind} {place}", person, properties=properties)

    def _event(
        self, message: int, kind: str, happened: int, act: str, actor: Actor | None, *,
        room: Place | None = None, text: str = "", properties: traits.Traits | None = None,
    ) -> Incoming:  # fmt: skip
        return Incoming(
            key=key(PLATFORM, happened, self._id, message, act),
            kind=kind,
            happened=happened,
            source=SOURCE,
            actor=actor,
            community=self._community,
            room=room,
            properties=properties,
            text=text,
        )

    def _object(self, message: Any) -> int:
        return object_id(PLATFORM, self._id, message)

    def _moment(self, row: dict[str, Any], field: str) -> int:
        unix, local = row.get(f"{field}_unixtime"), row.get(field)
        try:
            return moments.epoch(str(unix)) if unix else moments.iso(str(local), self._options.timezone)
        except (ValueError, OverflowError):
            raise RowRefused(
                _("the date cannot be read: %(date)s") % {"date": str(unix or local)[:40]}
            ) from None

    def _actor(self, outside: Any, name: Any) -> Actor | None:
        """None for nobody; a deleted account has an id and no name."""
        if outside is None and not name:
            return None
        shown = str(name or "")
        if outside is None:
            return self._names.find(shown) or Actor(PLATFORM, f"name:{shown}", shown, looks_like_bot(shown))
        person = person_id(outside)
        actor = Actor(PLATFORM, person, shown, person.startswith("-") or looks_like_bot(shown))
        self._names.add(shown, actor)
        return actor
