"""Who wrote the message that this one answers? The last messages of an export, and no more than that."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from weilu.core.events.incoming import Actor, Place

KEPT = 50_000
"""Messages. Nine in ten replies answer one of the last few hundred; an older one keeps its object, not its author."""


class Message(NamedTuple):
    author: Actor | None
    room: Place | None = None


class Recent:
    """A bounded memory of message id → author and room."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._messages: OrderedDict[str, Message] = OrderedDict()

    def add(self, message: str, author: Actor | None, room: Place | None = None) -> None:
        self._messages[message] = Message(author, room)
        if len(self._messages) > self._kept:
            self._messages.popitem(last=False)

    def find(self, message: str) -> Message | None:
        return self._messages.get(message)

    def author(self, message: str) -> Actor | None:
        found = self._messages.get(message)
        return found.author if found else None
