"""How does something that happens in the play become an event, with its key and its object?"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.connectors import events as chat
from weilu.connectors.imports.simulator.brand import SOURCE, Options
from weilu.connectors.imports.simulator.communities import CommunitySpec
from weilu.core.events import keys
from weilu.core.events.incoming import Actor, Incoming, Place


class Facts:
    """Makes the events of one play; the running number of each is part of its key."""

    def __init__(self, options: Options) -> None:
        self._world = options.world
        self._seed = options.seed
        self._number = 0

    def place(self, spec: CommunitySpec) -> Place:
        return Place(spec.platform, f"qs{self._seed}-{spec.slug}", spec.name)

    def room(self, spec: CommunitySpec, number: int) -> Place:
        return Place(spec.platform, f"qs{self._seed}-{spec.slug}-{number}", spec.rooms[number])

    def message(
        self,
        at: int,
        actor: Actor,
        place: Place,
        room: Place | None,
        text: str,
        parent: Incoming | None = None,
        mentions: Sequence[Actor] = (),
    ) -> Incoming:
        """A message, answering `parent` where one is given."""
        key, subject = self._name(at, chat.MESSAGE_SENT)
        return Incoming(
            key,
            chat.MESSAGE_SENT,
            at,
            SOURCE,
            actor,
            place,
            room,
            subject,
            parent.subject if parent else 0,
            parent.actor if parent else None,
            tuple(mentions),
            text=text,
        )

    def about(self, kind: str, at: int, actor: Actor | None, other: Incoming, **properties: str) -> Incoming:
        """Something done to another event's object: a reaction, a recall, a cancellation."""
        key, subject = self._name(at, kind)
        back = kind == chat.MESSAGE_DELETED
        return Incoming(
            key,
            kind,
            at,
            SOURCE,
            actor,
            other.community,
            other.room,
            other.subject if back else subject,
            0 if back else other.subject,
            None if back else other.actor,
            properties=dict(properties) or None,
        )

    def plain(
        self,
        kind: str,
        at: int,
        actor: Actor,
        place: Place,
        value: int | None = None,
        **properties: str | int,
    ) -> Incoming:
        """A joining, a leaving, an order, a check-in."""
        key, subject = self._name(at, kind)
        return Incoming(
            key,
            kind,
            at,
            SOURCE,
            actor,
            place,
            subject=subject,
            value=value,
            properties=dict(properties) or None,
        )

    def _name(self, at: int, kind: str) -> tuple[bytes, int]:
        self._number += 1
        return (
            keys.key(SOURCE, at, self._world, self._number, kind),
            keys.object_id(SOURCE, self._world, self._number),
        )
