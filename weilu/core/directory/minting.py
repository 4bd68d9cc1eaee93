"""Which id has this account, community or room? Mints those not known yet; only the sequencer calls it, under its lock.

Safe to run twice: what a run that died has minted is found again by its outside id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from weilu.core.directory import sightings
from weilu.core.directory.models import Community, Identity, Member, Ownership, Room, Sighting

CHUNK = 400
CACHED = 200_000
"""Ids kept in memory per noun; beyond it the memory is emptied and filled anew."""


class Seen(NamedTuple):
    """One account, community or room as a batch saw it. `outside` is (platform, id), for a room (community id, id)."""

    outside: tuple[Any, str]
    name: str
    bot: bool
    at: int


class Minter:
    """Ids by outside id, with a memory that must be dropped (`forget`) when others may have changed the directory."""

    def __init__(self) -> None:
        self._known: dict[str, dict[tuple[Any, str], int]] = {}
        self._named: dict[tuple[str, int], str] = {}
        self.forget()

    def forget(self) -> None:
        self._known = {Sighting.IDENTITY: {}, Sighting.COMMUNITY: {}, Sighting.ROOM: {}}
        self._named = {}

    def identities(
        self, wanted: Collection[tuple[Any, str]], head: int, at: dt.datetime
    ) -> dict[tuple[Any, str], int]:
        """Ids of accounts; new ones get a member of their own, owned from the position after `head`."""

        def mint(missing: list[tuple[Any, str]]) -> list[Any]:
            members = Member.objects.bulk_create([Member(created_at=at) for _ in missing], batch_size=CHUNK)
            minted = Identity.objects.bulk_create(
                [
                    Identity(platform=p, outside=o, member=member)
                    for (p, o), member in zip(missing, members, strict=True)
                ],
                batch_size=CHUNK,
            )
            Ownership.objects.bulk_create(
                [Ownership(identity=i, member_id=i.member_id, from_position=head + 1, at=at) for i in minted],
                batch_size=CHUNK,
            )
            return minted

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            by_platform: dict[str, list[str]] = {}
            for platform, outside in some:
                by_platform.setdefault(platform, []).append(outside)
            for platform, outsides in by_platform.items():
                yield from Identity.objects.filter(platform=platform, outside__in=outsides).values_list(
                    "platform", "outside", "id"
                )

        return self._ids(Sighting.IDENTITY, wanted, find, mint)

    def communities(self, wanted: Collection[tuple[Any, str]], at: dt.datetime) -> dict[tuple[Any, str], int]:
        def mint(missing: list[tuple[Any, str]]) -> list[Any]:
            return Community.objects.bulk_create(
                [Community(platform=p, outside=o, created_at=at) for p, o in missing]
            )

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            outsides = [outside for _, outside in some]
            return Community.objects.filter(outside__in=outsides).values_list("platform", "outside", "id")

        return self._ids(Sighting.COMMUNITY, wanted, find, mint)

    def rooms(self, wanted: Collection[tuple[Any, str]]) -> dict[tuple[Any, str], int]:
        """Ids of rooms, wanted as (community id, outside id)."""

        def mint(missing: list[tuple[Any, str]]) -> list[Any]:
            return Room.objects.bulk_create(
                [Room(community_id=c, outside=o) for c, o in missing], batch_size=CHUNK
            )

        def find(some: list[tuple[Any, str]]) -> Iterable[tuple[Any, ...]]:
            outsides = [outside for _, outside in some]
            return Room.objects.filter(outside__in=outsides).values_list("community_id", "outside", "id")

        return self._ids(Sighting.ROOM, wanted, find, mint)

    def sight(self, batch_of: Iterable[tuple[int, str, Seen, int]]) -> None:
        """Write who was seen by which batch, from (batch, what, seen, id), and let names follow where they differ."""
        folded = sightings.fold(batch_of)
        sightings.write(folded)
        for what in (Sighting.IDENTITY, Sighting.COMMUNITY, Sighting.ROOM):
            changed = {
                ref
                for (kind, ref, _), (name, _, bot) in folded.items()
                if kind == what and (bot or self._named.get((what, ref)) != name)
            }
            for ref, name in sightings.rename(what, changed).items():
                self._named[what, ref] = name

    def _ids(
        self,
        what: str,
        wanted: Collection[tuple[Any, str]],
        find: Callable[[list[tuple[Any, str]]], Iterable[tuple[Any, ...]]],
        mint: Callable[[list[tuple[Any, str]]], list[Any]],
    ) -> dict[tuple[Any, str], int]:
        known = self._known[what]
        if len(known) > CACHED:
            self.forget()
            known = self._known[what]
        unknown = [outside for outside in wanted if outside not in known]
        for some in chunks(unknown, CHUNK):
            known.update(((scope, outside), ref) for scope, outside, ref in find(some))
        missing = [outside for outside in unknown if outside not in known]
        known.update(
            (outside, made.pk)
            for outside, made in zip(missing, mint(missing) if missing else (), strict=True)
        )
        return known


def chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
