"""When did something last happen in a community?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Max

from weilu.core import clock
from weilu.core.directory.models import Sighting


def moments(communities: Collection[int]) -> dict[int, dt.datetime]:
    """Community → its newest event, as far as it was seen by any batch or live."""
    rows = (
        Sighting.objects.filter(what=Sighting.COMMUNITY, ref__in=communities)
        .values_list("ref")
        .annotate(last=Max("seen_ms"))
    )
    return {ref: clock.from_ms(last) for ref, last in rows}


def day(communities: Collection[int], timezone: str) -> dt.date | None:
    """The local day of the newest event in any of them; None where nothing ever happened."""
    last = max(moments(communities).values(), default=None)
    return clock.day_of(last, timezone) if last else None
