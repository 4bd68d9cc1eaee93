"""What are members called, and who answers to a word?"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from weilu.core.directory import queries as directory
from weilu.core.directory.models import Member


def names(ids: Collection[int]) -> dict[int, str]:
    """Shown name by member id; whoever has none is called by their number."""
    found = directory.member_names(ids)
    return {number: found.get(number) or f"#{number}" for number in ids}


def called(words: str) -> set[int]:
    """Members whose own name, or that of one of their accounts, holds the words."""
    by_name = Q(name__icontains=words) | Q(identities__name__icontains=words)
    return set(Member.objects.filter(by_name).values_list("pk", flat=True))


def alphabet(ids: Collection[int]) -> dict[int, int]:
    """Place of each member in the order of names, those without a name last."""
    wanted = set(ids)
    named = {pk: name for pk, name in Member.objects.values_list("pk", "name") if pk in wanted}
    order = sorted(ids, key=lambda pk: (not named.get(pk), named.get(pk, "").casefold(), pk))
    return {pk: place for place, pk in enumerate(order)}
