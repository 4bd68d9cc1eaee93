"""What are these numbers called, and by which clock do they live? Names and owners for many ids at once, time zones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models

from weilu.core.directory.minting import chunks
from weilu.core.directory.models import SDK, Brand, Community, Identity, Member, Ownership, Room, Sighting

SOME = 900
_COLUMN = "SELECT id, {} FROM {} WHERE id IN ({})"
"""A column and a table of our own models, and a mark for each id."""


def brand_zone() -> str:
    """The brand's time zone, or the usual one where no brand was set up yet."""
    return Brand.objects.values_list("timezone", flat=True).first() or Brand().timezone


def zone_of(community: Community | None, brand: str = "") -> str:
    """A community's own time zone, else (and of the whole brand) the brand's; `brand` where that was looked up before, for many."""
    return (community.timezone if community else "") or brand or brand_zone()


def member_names(ids: Collection[int]) -> dict[int, str]:
    """Shown name by member id; ids that do not exist are left out."""
    return _column(Member, ids, "name")


def identity_names(ids: Collection[int]) -> dict[int, str]:
    return _column(Identity, ids, "name")


def sources() -> list[int]:
    """Communities that are sources of SDKs: those that have visitors among the people whom they know."""
    return list(Community.objects.filter(platform__startswith=SDK).values_list("pk", flat=True))


def community_names(ids: Collection[int]) -> dict[int, str]:
    return _column(Community, ids, "name")


def places(several: Sequence[Collection[int] | None]) -> list[list[str]]:
    """Of each of these lists of communities their names, in its order; whoever has none is called by their number. Empty for none."""
    found = community_names({one for some in several for one in some or ()})
    return [[found.get(one) or f"#{one}" for one in some or ()] for some in several]


def room_names(ids: Collection[int]) -> dict[int, str]:
    return _column(Room, ids, "name")


def owners(identities: Collection[int]) -> dict[int, int]:
    """Member id by identity id, as known now."""
    return _column(Identity, identities, "member_id")


def bots(identities: Collection[int]) -> set[int]:
    """Those of the accounts that are bots."""
    return {identity for identity, bot in _column(Identity, identities, "bot").items() if bot}


def identities_of(member: int) -> list[Identity]:
    """A member's accounts, in the order in which they came."""
    return list(Identity.objects.filter(member=member).order_by("id"))


def called(identity: int) -> frozenset[str]:
    """Everything by which an account and its owner are called: names, the outside id. For whoever has to forget them."""
    found = Identity.objects.filter(pk=identity).select_related("member").first()
    if found is None:
        return frozenset()
    seen = Sighting.objects.filter(what=Sighting.IDENTITY, ref=identity).values_list("name", flat=True)
    return frozenset({found.outside, found.name, found.member.name, *seen} - {""})


def survivors(ids: Collection[int]) -> dict[int, int]:
    """For each member that exists, who they are today: themselves, or whom they were merged into in the end."""
    found = {one: one for one in _column(Member, ids, "id")}
    into = _column(Member, ids, "merged_into_id")
    while into := {one: other for one, other in into.items() if other is not None}:
        found.update(into)
        further = _column(Member, list(into.values()), "merged_into_id")
        into = {one: further.get(other) for one, other in into.items()}
    return found


def owners_ever(identity: int) -> frozenset[int]:
    """Members to whom an account belongs or belonged."""
    return frozenset(Ownership.objects.filter(identity=identity).values_list("member_id", flat=True))


def _column(model: type[models.Model], ids: Collection[int], column: str) -> dict[int, Any]:
    """Plain SQL: every page asks for names several times, and composing the question costs more than answering it."""
    found: dict[int, Any] = {}
    for some in chunks(sorted(set(ids)), SOME):
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(_COLUMN.format(column, model._meta.db_table, marks), some)
            found.update(cursor.fetchall())
    return found
