"""Who leaves the directory when a batch is undone or a person erased? Only the log's retraction calls this.

A thing stays while any other batch has sighted it, or while something that people decided refers to it: a decision
about its owner, a member's note or given name, or a row of another room that protects it. Rows that merely follow
(`CASCADE`) go with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import CASCADE

from weilu.core.directory import facts, sightings
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Community, Identity, Member, Ownership, Room, Sighting

SOME = 500


class Gone(NamedTuple):
    """Ids of what left the directory."""

    identities: list[int]
    members: list[int]
    communities: list[int]
    rooms: list[int]


def knows(batch: int) -> bool:
    """Whether the batch has sighted anything."""
    return Sighting.objects.filter(batch=batch).exists()


def withdraw(batch: int) -> Gone:
    """The batch never saw anybody: drop its sightings, and what only it knew. Inside the caller's transaction."""
    seen: dict[str, list[int]] = {Sighting.IDENTITY: [], Sighting.COMMUNITY: [], Sighting.ROOM: []}
    for what, ref in Sighting.objects.filter(batch=batch).order_by("ref").values_list("what", "ref"):
        seen[what].append(ref)
    Sighting.objects.filter(batch=batch).delete()
    rooms = _leave(Room, Sighting.ROOM, seen[Sighting.ROOM])
    communities = _leave(Community, Sighting.COMMUNITY, seen[Sighting.COMMUNITY])
    identities, members = _leave_people(seen[Sighting.IDENTITY])
    for what, refs in seen.items():
        sightings.rename(what, refs)
    return Gone(identities, members, communities, rooms)


def erase(identity: int) -> Gone:
    """Names and outside id of an account go; the row stays for the nameless events that carry its number."""
    Sighting.objects.filter(what=Sighting.IDENTITY, ref=identity).delete()
    found = Identity.objects.filter(pk=identity).first()
    if found is None:
        return Gone([], [], [], [])
    facts.forget(identity)
    found.name, found.outside = "", f"{ERASED}{secrets.token_hex(16)}"
    found.save(update_fields=["name", "outside"])
    _unname(found)
    return Gone([identity], [], [], [])


def _unname(erased: Identity) -> None:
    """Whoever has owned this account and never another that is still named goes without name and note; also a member
    that was merged away and would come back by an unmerge."""
    owners = set(Ownership.objects.filter(identity=erased).values_list("member_id", flat=True))
    named = Ownership.objects.filter(member__in=owners).exclude(identity__outside__startswith=ERASED)
    nameless = owners - set(named.values_list("member_id", flat=True))
    Member.objects.filter(pk__in=nameless).update(name="", note="", named_by_hand=False)
    sightings.rename_members([erased.member_id])


ERASED = "erased:"
"""How the outside id of an erased account begins."""


def _leave(model: type[models.Model], what: str, refs: list[int]) -> list[int]:
    gone: list[int] = []
    for some in chunks(refs, SOME):
        leaving = set(some) - _sighted(what, some) - _referred(model, some)
        model._default_manager.filter(pk__in=leaving).delete()
        gone += sorted(leaving)
    return gone


def _leave_people(refs: list[int]) -> tuple[list[int], list[int]]:
    identities: list[int] = []
    owners: set[int] = set()
    for some in chunks(refs, SOME):
        leaving = set(some) - _sighted(Sighting.IDENTITY, some) - _referred(Identity, some) - _decided(some)
        owners.update(Ownership.objects.filter(identity__in=leaving).values_list("member_id", flat=True))
        Identity.objects.filter(pk__in=leaving).delete()
        identities += sorted(leaving)
    members: list[int] = []
    for some in chunks(sorted(owners), SOME):
        kept = Member.objects.filter(pk__in=some).exclude(named_by_hand=False, note="")
        owning = Ownership.objects.filter(member__in=some).values_list("member_id", flat=True)
        alone = set(some) - _referred(Member, some) - set(kept.values_list("pk", flat=True)) - set(owning)
        Member.objects.filter(pk__in=alone).delete()
        members += sorted(alone)
    return identities, members


def _sighted(what: str, refs: Collection[int]) -> set[int]:
    return set(Sighting.objects.filter(what=what, ref__in=refs).values_list("ref", flat=True))


def _decided(identities: Collection[int]) -> set[int]:
    owned = Ownership.objects.filter(identity__in=identities, decision__isnull=False)
    return set(owned.values_list("identity_id", flat=True))


def _referred(model: type[models.Model], ids: Collection[int]) -> set[int]:
    """Ids that a row of any table refers to and would not simply go along with."""
    found: set[int] = set()
    for relation in _holding(model):
        name = relation.field.name
        rows = relation.related_model._default_manager.filter(**{f"{name}__in": list(ids)})
        found.update(rows.values_list(name, flat=True))
    return found


def _holding(model: type[models.Model]) -> Iterable[Any]:
    return (
        relation
        for relation in model._meta.related_objects
        if not relation.many_to_many and getattr(relation, "on_delete", CASCADE) is not CASCADE
    )
