"""In which communities has a member been seen? The log knows; the directory keeps no membership table."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from weilu.core.directory.models import Identity, Member
from weilu.core.warehouse import client
from weilu.core.warehouse.compile.sightings import SEEN_IN


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
