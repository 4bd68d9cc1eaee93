"""What does the shell look up for itself: members and communities by words?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from weilu.core.directory.models import Community, Member
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.operators.presence import accounts_seen

CANDIDATES = 200
"""Names looked at for one search; a viewer of few communities may find fewer than there are."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member as a search shows it: the words it was found by may be an older name of one of its accounts."""

    id: int
    name: str
    also: str


def find_communities(viewer: Viewer, words: str, limit: int) -> list[Community]:
    """Communities whose name or outside id holds the words."""
    if not words:
        return []
    low = words.casefold()
    rows = visible_communities(viewer)
    return [row for row in rows if low in row.name.casefold() or low in row.outside.casefold()][:limit]


def find_members(viewer: Viewer, words: str, limit: int) -> list[Found]:
    """Members whose own name or an account's name holds the words. Accounts that a viewer has nowhere seen neither find
    anybody nor are named."""
    if not words:
        return []
    by_name = Q(name__icontains=words) | Q(identities__name__icontains=words)
    rows = (
        Member.objects.filter(by_name, merged_into=None)
        .distinct()
        .order_by("name", "pk")
        .prefetch_related("identities")[:CANDIDATES]
    )
    accounts = [one.pk for member in rows for one in member.identities.all()]
    seen = accounts_seen(accounts, viewer.communities)
    found = (_found(member, words, None if viewer.communities is None else seen) for member in rows)
    return [one for one in found if one is not None][:limit]


def _found(member: Member, words: str, seen: Collection[int] | None) -> Found | None:
    """None where nothing that the viewer has seen answers to the words. `seen` None: everything is."""
    accounts = [one for one in member.identities.all() if seen is None or one.pk in seen]
    names = list(dict.fromkeys(one.name for one in accounts if one.name))
    low = words.casefold()
    answers = any(low in name.casefold() for name in (member.name, *names))
    if seen is not None and not (accounts and answers):
        return None
    shown = member.name or (names[-1] if names else f"#{member.pk}")
    return Found(member.pk, shown, ", ".join(name for name in names if name != shown))
