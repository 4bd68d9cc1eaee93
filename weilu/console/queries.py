"""What does the shell look up for itself: members and communities by words?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from weilu.core.directory.models import Community, Member
from weilu.core.errors import NotFound
from weilu.core.operators.access import Viewer, access_member, visible_communities

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
    """Members whose own name or an account's name holds the words, as far as the viewer may see them."""
    if not words:
        return []
    by_name = Q(name__icontains=words) | Q(identities__name__icontains=words)
    rows = (
        Member.objects.filter(by_name, merged_into=None)
        .distinct()
        .order_by("name", "pk")
        .prefetch_related("identities")[:CANDIDATES]
    )
    seen: list[Found] = []
    for member in rows:
        if len(seen) == limit:
            break
        if _may_see(viewer, member.pk):
            seen.append(_found(member))
    return seen


def _may_see(viewer: Viewer, member: int) -> bool:
    try:
        access_member(viewer, member)
    except NotFound:
        return False
    return True


def _found(member: Member) -> Found:
    names = list(dict.fromkeys(one.name for one in member.identities.all() if one.name))
    shown = member.name or (names[-1] if names else f"#{member.pk}")
    return Found(member.pk, shown, ", ".join(name for name in names if name != shown))
