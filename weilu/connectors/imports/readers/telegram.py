"""Telegram Desktop `result.json`: one chat, or the whole account with `chats.list`; both generations of ids and dates.

Ids are those of the Bot API, so that a live connector meets them: a person is `123`, a group `-123`, a supergroup or
channel `-100…123`. Times come from `date_unixtime`; older files have local times only, read in the zone given.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.imports.contract import BadFile, Feed, Options, Reader, Rejected, Tally, convert_each
from weilu.connectors.imports.jsonfile import JsonPuller
from weilu.connectors.imports.readers.telegram_chat import Chat
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Incoming

Found = Generator[Incoming | Rejected, None, bool]
GROUPS = frozenset(
    {"private_group", "private_supergroup", "public_supergroup", "private_channel", "public_channel"}
)


def claims(part: Part) -> bool:
    if not part.base.lower().endswith(".json"):
        return False
    head = part.head()
    if b'"guild"' in head or b'"realm' in head:
        return False
    single = b'"messages"' in head and b'"type"' in head and b'"name"' in head
    return single or b'"chats"' in head or (b'"about"' in head and b"Telegram" in head)


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        puller = JsonPuller(part, tally)
        try:
            found = yield from _top(puller, part, options, tally)
            puller.end()
        finally:
            puller.close()
        if not found:
            raise BadFile(
                part.name, _("there is no list of messages in it; this is not a Telegram export"), 1
            )


def _top(puller: JsonPuller, part: Part, options: Options, tally: Tally) -> Found:
    """A chat stands at the top itself, or in `chats.list` and `left_chats.list`. Returns whether there was one."""
    header: dict[str, Any] = {}
    found = False
    for key in puller.fields():
        if key in ("chats", "left_chats") and puller.peek() == "{":
            found = True
            yield from _account(puller, part, options, tally)
        elif key == "messages":
            found = True
            yield from _messages(puller, header, part, options, tally)
        elif key in ("name", "type", "id"):
            header[key] = puller.value()
    return found


def _account(puller: JsonPuller, part: Part, options: Options, tally: Tally) -> Feed:
    for key in puller.fields():
        if key != "list":
            continue
        for _each in puller.elements():
            yield from _one_of_many(puller, part, options, tally)


def _one_of_many(puller: JsonPuller, part: Part, options: Options, tally: Tally) -> Feed:
    """Of a whole account, only groups and channels are communities; talks between two people stay out."""
    header: dict[str, Any] = {}
    for key in puller.fields():
        if key == "messages" and header.get("type") in GROUPS:
            yield from _messages(puller, header, part, options, tally)
        elif key == "messages":
            _note_private(tally)
        elif key in ("name", "type", "id"):
            header[key] = puller.value()


def _note_private(tally: Tally) -> None:
    note = _("Talks between two people are no community and were left out.")
    if note not in tally.notes:
        tally.notes.append(note)


def _messages(puller: JsonPuller, header: dict[str, Any], part: Part, options: Options, tally: Tally) -> Feed:
    if not isinstance(header.get("id"), int) or "type" not in header:
        raise BadFile(part.name, _("the chat has no id and type before its messages"), puller.line)
    chat = Chat(header, options)
    yield from convert_each(part, puller.items(), chat.events, tally)


READER = Reader("telegram", "telegram", gettext_lazy("Telegram"), claims, read)
