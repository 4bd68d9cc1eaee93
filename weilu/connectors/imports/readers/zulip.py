"""Zulip export, tar or folder: `realm.json` with people, streams and reactions, `messages-000001.json` … with messages.

A stream is a community and a topic is a room in it. Direct messages stay out. Who joined a stream and when stands in the
audit log, where the export has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import MEMBER_JOINED, MEMBER_LEFT, MESSAGE_EDITED, MESSAGE_SENT, REACTION_ADDED
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
from weilu.connectors.imports.readers.zulip_realm import PLATFORM, Realm, read_realm
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id

SOURCE = "import-zulip"
SUBSCRIBED, UNSUBSCRIBED = 301, 302
"""`event_type` in the audit log."""

_MESSAGES = re.compile(r"messages-\d+\.json")
_MENTION = re.compile(r'class="user-mention[^>]*data-user-id="(\d+)"')


def claims(part: Part) -> bool:
    return part.base == "realm.json" or _MESSAGES.fullmatch(part.base) is not None


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    head = next((part for part in parts if part.base == "realm.json"), None)
    if head is None:
        raise BadFile(parts[0].name, _("realm.json is missing; this is not a Zulip export"))
    history = History(read_realm(head, tally), options)
    yield from convert_each(head, history.realm.subscriptions, history.membership, tally)
    for part in (part for part in parts if part is not head):
        yield from _messages(part, history, tally)


def _messages(part: Part, history: History, tally: Tally) -> Feed:
    puller = JsonPuller(part, tally)
    try:
        for name in puller.fields():
            if name == "zerver_message":
                yield from convert_each(part, puller.items(), history.message, tally)
            elif name == "zerver_usermessage":
                for _each in puller.items():
                    pass
        puller.end()
    finally:
        puller.close()


class History:
    """Messages and subscriptions of one realm."""

    def __init__(self, realm: Realm, options: Options) -> None:
        self.realm = realm
        self._options = options

    def message(self, row: Any) -> Iterator[Incoming]:
        if not isinstance(row, dict) or not row.get("id"):
            raise RowRefused(_("this is not a message with an id"))
        stream = self.realm.streams_by_recipient.get(row.get("recipient") or 0)
        if stream is None:
            return
        happened = believable(self._moment(row.get("date_sent")), self._options)
        topic, text, author = (
            str(row.get("subject") or ""),
            str(row.get("content") or ""),
            self._person(row.get("sender")),
        )
        about = self._event(stream, topic)
        yield about(row["id"], MESSAGE_SENT, happened, "sent", author)._replace(
            subject=self._object(row["id"]),
            mentions=self._mentions(row),
            properties=traits.of_text(text, _medium(text)),
            text=text,
        )
        if row.get("last_edit_time"):
            edited = min(self._moment(row["last_edit_time"]), self._options.latest_ms)
            yield about(row["id"], MESSAGE_EDITED, edited, f"edited {edited}", author)._replace(
                subject=self._object(row["id"])
            )
        for user, emoji in self.realm.reactions.of(row["id"]):
            who = self._person(user)
            yield about(row["id"], REACTION_ADDED, happened, f"reacted {user} {emoji}", who)._replace(
                about=self._object(row["id"]), target=author, properties={"emoji": emoji[:32]}
            )

    def membership(self, row: Any) -> Iterator[Incoming]:
        """A line of the audit log: somebody came into a stream or left it."""
        kind = {SUBSCRIBED: MEMBER_JOINED, UNSUBSCRIBED: MEMBER_LEFT}.get(row.get("event_type"))
        stream = row.get("modified_stream")
        if kind is None or stream not in self.realm.streams:
            return
        happened = believable(self._moment(row.get("event_time")), self._options)
        user = row.get("modified_user")
        yield self._event(stream, "")(
            f"stream {stream}", kind, happened, f"{kind} {user}", self._person(user)
        )

    def _event(self, stream: int, topic: str) -> Any:
        """A maker of events for one stream and topic."""
        name = self.realm.streams.get(stream, str(stream))
        community = Place(PLATFORM, f"{self.realm.outside}{stream}", name)
        room = Place(PLATFORM, topic, topic) if topic else None
        if self._options.one_community or self._options.community:
            whole = self._options.community or self.realm.name or self._options.origin
            community, room = Place(PLATFORM, whole, whole), community

        scene = Scene(PLATFORM, SOURCE, community, room)

        def make(thing: int | str, kind: str, happened: int, act: str, actor: Actor) -> Incoming:
            return scene.event(kind, happened, actor, self.realm.outside, thing, act)

        return make

    def _object(self, message: int) -> int:
        return object_id(PLATFORM, self.realm.outside, message)

    def _person(self, user: Any) -> Actor:
        if not user:
            raise RowRefused(_("the row names no author"))
        return self.realm.people.get(user) or Actor(PLATFORM, f"{self.realm.outside}{user}")

    def _mentions(self, row: dict[str, Any]) -> tuple[Actor, ...]:
        rendered = str(row.get("rendered_content") or "")
        if "user-mention" not in rendered:
            return ()
        return tuple(self._person(int(user)) for user in dict.fromkeys(_MENTION.findall(rendered)))

    def _moment(self, seconds: Any) -> int:
        if not isinstance(seconds, int | float):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": str(seconds)[:40]})
        return moments.epoch(seconds)


def _medium(text: str) -> str:
    at = text.find("/user_uploads/")
    return traits.medium_of(re.split(r"[)\s]", text[at:], maxsplit=1)[0]) if at >= 0 else ""


READER = Reader("zulip", "zulip", gettext_lazy("Zulip"), claims, read)
