"""Which id has this account, community or room? Mints those not known yet; only the sequencer calls it, under its lock.

Safe to run twice: what a run that died has minted is found again by its outside id. Transactions stand only round what is
written: the business tables have one writer on SQLite, and a flood of known accounts must not keep the console waiting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction

from weilu.core.directory import numbering, sightings
from weilu.core.directory.models import Community, Identity, Room, Sighting

CHUNK = 400
WRITTEN = 250
"""Rows written in one transaction: some twenty milliseconds in which an operator's click waits. Smaller ones write the same pages again and
again: with 100 two thirds as many new people came in a second."""
CACHED = 200_000
"""Ids kept in memory per noun; beyond it the memory is emptied and filled anew."""


class Minter:
    """Ids by outside id, with a memory that must be dropped (`forget`) when others may have changed the directory."""

    def __init__(self) -> None:
        self._known: dict[str, dict[tuple[Any, str], int]] = {}
        self._named: dict[tuple[str, int], str] = {}
        self.sighted: set[tuple[str, int, int]] = set()
        """(what, id, batch) of those without a name: their sighting stands and need not be written again."""
        self.anonymous: set[int] = set()
        """Of the accounts in memory those that nobody has been named as."""
        self.forget()

    def forget(self) -> None:
        self._known = {Sighting.IDENTITY: {}, Sighting.COMMUNITY: {}, Sighting.ROOM: {}}
        self._named = {}
        self.sighted = set()
        self.anonymous = set()

    def identities(
        self, wanted: Mapping[tuple[Any, str], bool], head: int, at: dt.datetime
    ) -> dict[tuple[Any, str], int]:
        """Ids of accounts; new ones get a member of their own, owned from the position after `head`.

        `wanted` says which of them are anonymous as far as this piece of the intake tells: a new one is, until it is named.
        """

        def mint(missing: list[tuple[Any, str]]) -> Iterable[int]:
            minted = list(_mint_people([(*one, wanted[one]) for one in missing], head, numbering.moment(at)))
            self.anonymous.update(
                identity for identity, one in zip(minted, missing, strict=True) if wanted[one]
            )
            return minted

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            by_platform: dict[str, list[str]] = {}
            for platform, outside in some:
                by_platform.setdefault(platform, []).append(outside)
            for platform, outsides in by_platform.items():
                found = Identity.objects.filter(platform=platform, outside__in=outsides)
                for outside, identity, anonymous in found.values_list("outside", "id", "anonymous"):
                    if anonymous:
                        self.anonymous.add(identity)
                    yield platform, outside, identity

        return self._ids(Sighting.IDENTITY, wanted, find, mint)

    def communities(
        self, wanted: Mapping[tuple[Any, str], bool], at: dt.datetime
    ) -> dict[tuple[Any, str], int]:
        """Ids of communities; new ones are marked where `wanted` says that they are simulated."""

        def mint(missing: list[tuple[Any, str]]) -> Iterable[int]:
            made = [
                Community(
                    platform=platform, outside=outside, created_at=at, simulated=wanted[platform, outside]
                )
                for platform, outside in missing
            ]
            return [community.pk for community in Community.objects.bulk_create(made, batch_size=CHUNK)]

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            outsides = [outside for _, outside in some]
            return Community.objects.filter(outside__in=outsides).values_list("platform", "outside", "id")

        return self._ids(Sighting.COMMUNITY, wanted, find, mint)

    def rooms(self, wanted: Collection[tuple[Any, str]]) -> dict[tuple[Any, str], int]:
        """Ids of rooms, wanted as (community id, outside id)."""

        def mint(missing: list[tuple[Any, str]]) -> Iterable[int]:
            made = [Room(community_id=community, outside=outside) for community, outside in missing]
            return [room.pk for room in Room.objects.bulk_create(made, batch_size=CHUNK)]

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            outsides = [outside for _, outside in some]
            return Room.objects.filter(outside__in=outsides).values_list("community_id", "outside", "id")

        return self._ids(Sighting.ROOM, wanted, find, mint)

    def sight(self, folded: sightings.Folded) -> None:
        """Write who was seen by which batch, and let names follow where they differ from what is shown."""
        for some in chunks(list(folded.items()), WRITTEN):
            with transaction.atomic():
                self._sight(dict(some))

    def _sight(self, folded: sightings.Folded) -> None:
        sightings.write(folded)
        self.sighted.update(slot for slot, (name, _, bot) in folded.items() if not name and not bot)
        for what in (Sighting.IDENTITY, Sighting.COMMUNITY, Sighting.ROOM):
            changed = {
                ref
                for (kind, ref, _), (name, _, bot) in folded.items()
                if kind == what and (bot or (name and self._named.get((what, ref)) != name))
            }
            for ref, name in sightings.rename(what, changed).items():
                self._named[what, ref] = name

    def _ids(
        self,
        what: str,
        wanted: Collection[tuple[Any, str]],
        find: Callable[[list[tuple[Any, str]]], Iterable[tuple[Any, ...]]],
        mint: Callable[[list[tuple[Any, str]]], Iterable[int]],
    ) -> dict[tuple[Any, str], int]:
        known = self._known[what]
        if len(known) > CACHED:
            self.forget()
            known = self._known[what]
        unknown = [outside for outside in wanted if outside not in known]
        for some in chunks(unknown, CHUNK):
            known.update(((scope, outside), ref) for scope, outside, ref in find(some))
        missing = [outside for outside in unknown if outside not in known]
        for some in chunks(missing, WRITTEN):
            with transaction.atomic():
                known.update(zip(some, mint(some), strict=True))
        return known


def _mint_people(missing: list[tuple[Any, str, bool]], head: int, at: Any) -> Iterable[int]:
    """An account each, a member of its own for it, and the first row of its ownership."""
    members = numbering.take("directory_member", len(missing))
    numbering.insert(
        "directory_member",
        ("id", "name", "named_by_hand", "note", "created_at"),
        ((member, "", False, "", at) for member in members),
    )
    identities = numbering.take("directory_identity", len(missing))
    numbering.insert(
        "directory_identity",
        ("id", "platform", "outside", "name", "bot", "bot_by_hand", "anonymous", "member_id"),
        (
            (identity, platform, outside, "", False, False, anonymous, member)
            for identity, (platform, outside, anonymous), member in zip(
                identities, missing, members, strict=True
            )
        ),
    )
    numbering.insert(
        "directory_ownership",
        ("identity_id", "member_id", "from_position", "anonymous", "at"),
        (
            (identity, member, head + 1, anonymous, at)
            for identity, (_, _, anonymous), member in zip(identities, missing, members, strict=True)
        ),
    )
    return identities


def chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
