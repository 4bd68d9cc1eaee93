"""In which communities has a member been seen? The log knows; the directory keeps no membership table."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from weilu.core.directory.models import Identity, Member
from weilu.core.warehouse import client
from weilu.core.warehouse.compile.sightings import ACCOUNTS_SEEN, SEEN_IN


def seen_in(member: Member, communities: Collection[int]) -> frozenset[int]:
    """Those of the communities where one of the member's identities did something; a merged one is its survivor.

    One question to the column store; raises `Unavailable` while that is down.
    """
    identities = Identity.objects.filter(Q(member=member) | Q(member__absorbed=member)).values_list(
        "pk", flat=True
    )
    values = {"communities": sorted(communities), "identities": sorted(identities)}
    if not all(values.values()):
        return frozenset()
    return frozenset(client.query(SEEN_IN, values).column("community").to_pylist())


def accounts_seen(identities: Iterable[int], communities: Collection[int] | None) -> frozenset[int]:
    """Those of the accounts that did something in one of the communities; None: all of them. What the others are called is
    not for whoever sees only these communities. One question at most; raises `Unavailable` while the store is down."""
    wanted = sorted(set(identities))
    if communities is None or not wanted or not communities:
        return frozenset(wanted if communities is None else ())
    values = {"communities": sorted(communities), "identities": wanted}
    return frozenset(client.query(ACCOUNTS_SEEN, values).column("identity").to_pylist())
