"""The whole state of log and directory in outside words, so that two histories can be compared whatever ids they gave."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction

from weilu.core.directory.models import Community, Identity, Room, Sighting
from weilu.core.events import queries, ranges, spool
from weilu.core.events.events import LOG_RETRACTED
from weilu.core.events.models import Claim, EventKey, Private

NOBODY = ("", "")


def state() -> dict[str, Any]:
    """Everything but positions, moments of recording, and the events of retractions themselves."""
    who = {i.pk: (i.platform, i.outside) for i in Identity.objects.all()} | {0: NOBODY}
    where = {c.pk: (c.platform, c.outside) for c in Community.objects.all()} | {0: NOBODY}
    inside = {r.pk: (where[r.community_id], r.outside) for r in Room.objects.all()} | {0: NOBODY}
    rows = [row for row in queries.read(0, 1_000_000) if row.kind != LOG_RETRACTED]
    kept = {row.position for row in rows}
    key_at = {key.position: bytes(key.key) for key in EventKey.objects.all() if key.position in kept}
    named = {Sighting.IDENTITY: who, Sighting.COMMUNITY: where, Sighting.ROOM: inside}
    return {
        "rows": sorted(
            (
                key_at[row.position], row.kind, row.version, row.happened, who[row.identity], where[row.community],
                inside[row.room], row.subject, row.about, who[row.target], tuple(who[one] for one in row.mentions),
                row.source, row.batch, row.live, row.value is None, row.value or 0, row.properties,
            )
            for row in rows
        ),
        "said": sorted((key_at[p.position], p.text, p.data) for p in Private.objects.all()),
        "claims": sorted(
            (batch, key_at[p]) for batch, positions in claimed().items() for p in positions if p in kept
        ),
        "people": sorted(
            (i.platform, i.outside, i.name, i.bot, i.member.name, i.ownerships.count())
            for i in Identity.objects.select_related("member")
        ),
        "communities": sorted(Community.objects.values_list("platform", "outside", "name")),
        "rooms": sorted((inside[r.pk], r.name) for r in Room.objects.all()),
        "sightings": sorted(
            (s.what, named[s.what][s.ref], s.batch, s.name, s.bot, s.seen_ms) for s in Sighting.objects.all()
        ),
    }  # fmt: skip


def claimed() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for batch in Claim.objects.values_list("batch", flat=True).distinct().order_by("batch"):
        pairs = Claim.objects.filter(batch=batch).values_list("first", "last")
        found[batch] = [int(position) for position in ranges.expand(ranges.of(pairs))]
    return found


@contextmanager
def clean_slate() -> Iterator[None]:
    """What happens inside never happened."""
    try:
        with transaction.atomic(), transaction.atomic(using=settings.LOG_DATABASE):
            yield
            transaction.set_rollback(True)
            transaction.set_rollback(True, using=settings.LOG_DATABASE)
    finally:
        # The marks of what has been read are rolled back, so what was read must go too.
        spool.writer.close()
        shutil.rmtree(spool.folder())
