"""Who really wrote what a bridge bot repeats? `[telegram] <name> text` belongs to the person behind the bot.

An account is taken for a bridge by what it writes in the whole file: nearly always in that form, or at least once where its
name or its bot mark says so. A person who quotes such a line once stays a person. Keys are made before this rule is
applied, so switching it never makes an event another event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from weilu.connectors.imports.contract import Feed, Rejected
from weilu.core.events.incoming import Actor, Incoming

PREFIX = re.compile(r"\[([A-Za-z0-9_.-]{2,24})\] <([^<>\n]{1,100})> ?")
KNOWN_NAME = re.compile(r"bridge|gateway|relay", re.IGNORECASE)
SHARE_OF_BRIDGE = 0.5
NAMES_KEPT = 10_000


@dataclass(slots=True)
class Suspect:
    """One account that has written at least one bridged line."""

    name: str
    bot: bool
    total: int = 0
    bridged: int = 0
    tags: dict[str, int] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    @property
    def is_bridge(self) -> bool:
        if self.bot or KNOWN_NAME.search(self.name):
            return self.bridged >= 1
        return self.bridged >= 2 and self.bridged >= SHARE_OF_BRIDGE * self.total


class BridgeWatch:
    """Looks at every message of a file, in passing, for accounts that are bridges."""

    def __init__(self) -> None:
        self._suspects: dict[str, Suspect] = {}

    def see(self, event: Incoming) -> bool:
        """Whether it is a bridged line, to all appearance."""
        text = event.text
        match = PREFIX.match(text) if text[:1] == "[" else None
        actor = event.actor
        if match is None or actor is None:
            return False
        suspect = self._suspects.setdefault(account_of(actor), Suspect(actor.name, actor.bot))
        suspect.bridged += 1
        suspect.tags[match[1]] = suspect.tags.get(match[1], 0) + 1
        if len(suspect.people) < NAMES_KEPT:
            suspect.people.add(f"{match[1]} {match[2]}")
        return True

    def bridges(self, actors: Mapping[Actor, int]) -> dict[str, Suspect]:
        """Account → what was seen of it, for accounts that are bridges; `actors` says how many events each has."""
        for actor, count in actors.items():
            suspect = self._suspects.get(account_of(actor))
            if suspect is not None:
                suspect.total += count
        return {account: suspect for account, suspect in self._suspects.items() if suspect.is_bridge}


def account_of(actor: Actor) -> str:
    return f"{actor.platform}/{actor.outside}"


def attribute(feed: Iterable[Incoming | Rejected], bridges: Collection[str]) -> Feed:
    """Hand bridged messages to the person behind; what the bridge itself says is a bot's."""
    if not bridges:
        yield from feed
        return
    hand_over = attribution(bridges)
    for item in feed:
        yield hand_over(item) if isinstance(item, Incoming) else item


def attribution(bridges: Collection[str]) -> Callable[[Incoming], Incoming]:
    """The rule for one event."""

    def hand_over(event: Incoming) -> Incoming:
        if event.actor is not None and account_of(event.actor) in bridges:
            return behind_bridge(event, event.actor)
        return event

    return hand_over


def behind_bridge(event: Incoming, bridge: Actor) -> Incoming:
    match = PREFIX.match(event.text)
    if match is None:
        return event._replace(actor=bridge._replace(bot=True))
    text = event.text[match.end() :]
    properties = {**(event.properties or {}), "length": len(text), "bridge": match[1]}
    return event._replace(actor=person_behind(match[1], match[2]), text=text, properties=properties)


def person_behind(tag: str, name: str) -> Actor:
    """Known by name only, and only on that bridge: `telegram-bridge`, never confused with real Telegram ids."""
    return Actor(f"{tag.lower()}-bridge", name, name)
