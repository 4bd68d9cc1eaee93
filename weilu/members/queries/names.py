"""What are members called, and who answers to a word?"""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.directory import queries as directory
from weilu.core.directory.models import Identity, Member
from weilu.core.operators.presence import accounts_seen


def names(ids: Collection[int]) -> dict[int, str]:
    """Shown name by member id; whoever has none is called by their number."""
    found = directory.member_names(ids)
    return {number: found.get(number) or f"#{number}" for number in ids}


def called(words: str, communities: Collection[int] | None = None) -> set[int]:
    """Members whose own name, or that of one of their accounts, holds the words. With communities only accounts count that
    were seen in one of them: by a name used elsewhere nobody is found. Raises Unavailable then."""
    named = set(Member.objects.filter(name__icontains=words).values_list("pk", flat=True))
    accounts = dict(Identity.objects.filter(name__icontains=words).values_list("pk", "member_id"))
    return named | {accounts[one] for one in accounts_seen(accounts, communities)}


def alphabet(ids: Collection[int]) -> dict[int, int]:
    """Place of each member in the order of names, those without a name last."""
    wanted = set(ids)
    named = {pk: name for pk, name in Member.objects.values_list("pk", "name") if pk in wanted}
    order = sorted(ids, key=lambda pk: (not named.get(pk), named.get(pk, "").casefold(), pk))
    return {pk: place for place, pk in enumerate(order)}
