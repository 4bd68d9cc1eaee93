"""Which imports are there, what is in them, and what would undoing one take away?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from weilu.connectors.imports import bridges
from weilu.connectors.imports.contract import DAY_MS, Options, Rejected, Tally
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import parts_of
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.events.incoming import Incoming, Place
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing

UNFINISHED = (State.READING, State.PREVIEWED, State.CONFIRMED, State.RUNNING, State.FAILED)


def batches(viewer: Viewer) -> QuerySet[Batch]:
    """All imports, newest first, for those who may import; nobody else knows of any."""
    return Batch.objects.all() if viewer.can(rights.IMPORT) else Batch.objects.none()


def access_batch(viewer: Viewer, batch_id: int) -> Batch:
    """The import, else `NotFound`."""
    batch = batches(viewer).filter(pk=batch_id).first()
    if batch is None:
        raise missing()
    return batch


def unfinished(format_name: str, sha256: str, options: dict[str, Any]) -> Batch | None:
    """An import of the same bytes in the same way, from a path, that was begun and never came to its end."""
    begun = Batch.objects.filter(format=format_name, sha256=sha256, stored=False, state__in=UNFINISHED)
    return next((batch for batch in begun if batch.options == options), None)


def options_of(batch: Batch) -> Options:
    """What the operator chose, as the readers want it."""
    chosen = batch.options
    return Options(
        latest_ms=clock.to_ms(batch.created_at) + DAY_MS,
        origin=Path(batch.name).stem,
        timezone=chosen.get("timezone") or "UTC",
        community=chosen.get("community", ""),
        one_community=bool(chosen.get("one_community")),
        day_first=chosen.get("day_first"),
        mapping=chosen.get("mapping") or {},
        places=known_places(),
    )


def known_places() -> dict[str, Place | None]:
    """The communities that are there, by name, platform's id, and platform/id."""
    found: dict[str, Place | None] = {}
    for row in Community.objects.order_by("pk"):
        place = Place(row.platform, row.outside, row.name)
        for word in {row.name, row.outside, f"{row.platform}/{row.outside}"} - {""}:
            small = word.casefold()
            found[small] = place if found.get(small, place) == place else None
    return found


def follows_bridges(batch: Batch) -> bool:
    return bool(batch.options.get("bridge", True))


def feed(batch: Batch, tally: Tally) -> Iterator[Incoming | Rejected]:
    """Everything in the export, bridges followed where the operator wants it."""
    options = options_of(batch)
    followed = batch.survey.get("bridges", {}) if follows_bridges(batch) else {}
    with parts_of(Path(batch.path)) as parts:
        for reader, own in choose(batch.format, parts, batch.name):
            yield from bridges.attribute(reader.read(own, options, tally), followed)


def sample(batch: Batch, count: int = 8) -> list[Incoming]:
    """The first events, read anew: what people wrote is not kept with the batch."""
    return list(islice((item for item in feed(batch, Tally()) if isinstance(item, Incoming)), count))


def members_of(batch: Batch) -> int:
    """People in the export, counted as the bridge switch stands."""
    return int(batch.survey.get("members" if follows_bridges(batch) else "members_unbridged", 0))


def summary(batch: Batch) -> dict[str, Any]:
    """What the command line prints; times are UTC."""
    return {
        "batch": batch.pk,
        "rows": batch.rows,
        "events": batch.events,
        "duplicates": batch.duplicates,
        "rejected": batch.rejected,
        "members": batch.members,
        "communities": batch.communities,
        "first": moment(batch.first_ms),
        "last": moment(batch.last_ms),
        "seconds": round(batch.seconds, 3),
    }


def moment(ms: int | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return None if ms is None else clock.from_ms(ms).replace(tzinfo=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
