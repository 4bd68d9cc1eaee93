"""Which merges into a member stand, as far as a viewer has seen the accounts that moved?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.core.decisions import queries as decisions
from weilu.core.decisions.models import Decision
from weilu.core.directory.queries import identity_names
from weilu.core.operators.access import Viewer
from weilu.core.operators.presence import accounts_seen
from weilu.members.decisions import MERGED


@dataclass(frozen=True, slots=True)
class Merge:
    """`accounts` are those that the viewer has seen; `name` is of the first that has one."""

    decision: Decision
    accounts: list[int]
    name: str


def merges(viewer: Viewer, member: int) -> list[Merge]:
    """Newest first. Of one that moved nothing the viewer has seen, nothing is said. Raises Unavailable."""
    rows = decisions.all_standing(("member", member), MERGED)
    moved = {account for row in rows for account in row.evidence["accounts"]}
    seen = accounts_seen(moved, viewer.communities)
    called = identity_names(seen) if seen else {}
    found = [(row, [one for one in row.evidence["accounts"] if one in seen]) for row in rows]
    return [
        Merge(row, accounts, next((name for one in accounts if (name := called.get(one))), ""))
        for row, accounts in found
        if accounts
    ]
