"""What does Zulip's `realm.json` say? People, streams, subscriptions, and who reacted to which message."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from weilu.connectors.imports.contract import Tally
from weilu.connectors.imports.jsonfile import JsonPuller
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Actor

PLATFORM = "zulip"
STREAM = 2
"""`type` of a recipient that is a stream."""


class Reactions:
    """Message → who reacted, how. Kept as numbers, 24 bytes each, since the export gives them all at once and unordered."""

    def __init__(self) -> None:
        self._messages, self._users, self._emojis = array("q"), array("q"), array("q")
        self._names: dict[str, int] = {}
        self._sorted: np.ndarray[Any, np.dtype[np.int64]] | None = None
        self._order: np.ndarray[Any, np.dtype[np.intp]] | None = None

    def add(self, message: int, user: int, emoji: str) -> None:
        self._messages.append(message)
        self._users.append(user)
        self._emojis.append(self._names.setdefault(emoji, len(self._names)))

    def of(self, message: int) -> Iterator[tuple[int, str]]:
        if not self._messages:
            return
        if self._sorted is None or self._order is None:
            messages = np.frombuffer(self._messages, dtype=np.int64)
            self._order = np.argsort(messages, kind="stable")
            self._sorted = messages[self._order]
            self._shown = list(self._names)
        first, last = np.searchsorted(self._sorted, [message, message + 1])
        for place in self._order[first:last]:
            yield self._users[place], self._shown[self._emojis[place]]


@dataclass(slots=True)
class Realm:
    """`outside` is the realm's prefix for ids of people and streams: two servers must not share them."""

    outside: str = ""
    name: str = ""
    people: dict[int, Actor] = field(default_factory=dict)
    streams: dict[int, str] = field(default_factory=dict)
    streams_by_recipient: dict[int, int] = field(default_factory=dict)
    subscriptions: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """Lines of the audit log about streams, with the line of the file they stand in."""
    reactions: Reactions = field(default_factory=Reactions)


def read_realm(part: Part, tally: Tally) -> Realm:
    realm, accounts = Realm(), dict[int, Mapping[str, Any]]()
    puller = JsonPuller(part, tally)
    try:
        for name in puller.fields():
            if name in (
                "zerver_userprofile",
                "zerver_userprofile_mirrordummy",
                "zerver_userprofile_crossrealm",
            ):
                accounts.update((row["id"], row) for _line, row in puller.items())
            elif name in _TAKERS:
                for line, row in puller.items():
                    _TAKERS[name](realm, line, row)
        puller.end()
    finally:
        puller.close()
    realm.people = {user: _account(realm, row) for user, row in accounts.items()}
    return realm


def _account(realm: Realm, row: Mapping[str, Any]) -> Actor:
    """Accounts shared by all realms (crossrealm) are the server's own bots."""
    name = str(row.get("full_name") or row.get("email") or "")
    return Actor(
        PLATFORM, f"{realm.outside}{row['id']}", name, bool(row.get("is_bot", "full_name" not in row))
    )


def _take_realm(realm: Realm, _line: int, row: Mapping[str, Any]) -> None:
    subdomain = str(row.get("string_id") or "")
    realm.outside = f"{subdomain}/" if subdomain else ""
    realm.name = str(row.get("name") or subdomain)


def _take_stream(realm: Realm, _line: int, row: Mapping[str, Any]) -> None:
    realm.streams[row["id"]] = str(row.get("name") or row["id"])


def _take_recipient(realm: Realm, _line: int, row: Mapping[str, Any]) -> None:
    if row.get("type") == STREAM:
        realm.streams_by_recipient[row["id"]] = row["type_id"]


def _take_audit(realm: Realm, line: int, row: Mapping[str, Any]) -> None:
    if row.get("modified_stream"):
        realm.subscriptions.append((line, row))


def _take_reaction(realm: Realm, _line: int, row: Mapping[str, Any]) -> None:
    realm.reactions.add(row["message"], row["user_profile"], str(row.get("emoji_name") or ""))


_TAKERS = {
    "zerver_realm": _take_realm,
    "zerver_stream": _take_stream,
    "zerver_recipient": _take_recipient,
    "zerver_realmauditlog": _take_audit,
    "zerver_reaction": _take_reaction,
}
