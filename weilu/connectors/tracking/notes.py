"""How are the notes of a second written down? Called from a thread of its own in each process that takes events in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F

from weilu.connectors.tracking import tally
from weilu.connectors.tracking.models import Glimpse, Refusal, SeenEvent
from weilu.connectors.tracking.rules.names import is_own
from weilu.core import clock
from weilu.core.events import queries as log

KEPT_GLIMPSES = 50
KEPT = dt.timedelta(hours=1)


def standing_of(source: int, code: str) -> tuple[set[str], int]:
    """Names of its own that a source has sent so far, and how many of its events wait for an operator."""
    kinds = SeenEvent.objects.filter(source=source).values_list("kind", flat=True)
    return {kind for kind in kinds if is_own(kind)}, log.held_counts([code]).get(code, 0)


def write(notes: tally.Notes) -> None:
    """Add counts, properties and glimpses to what is known. One transaction; a source removed meanwhile is passed over."""
    if not (notes.seen or notes.refused or notes.glimpses):
        return
    now = clock.now()
    with transaction.atomic():
        for (source, name), seen in sorted(notes.seen.items()):
            _seen(source, name, seen, now)
        for (source, reason), turned in sorted(notes.refused.items()):
            _refused(source, reason, turned, now)
        for source, shown in notes.glimpses.items():
            _glimpses(source, shown)


def _seen(source: int, name: str, seen: tally.Seen, now: dt.datetime) -> None:
    row, made = SeenEvent.objects.select_for_update().get_or_create(
        source_id=source,
        name=name,
        defaults={
            "kind": seen.kind,
            "count": seen.count,
            "first_at": now,
            "last_at": now,
            "properties": seen.properties,
        },
    )
    if not made:
        row.properties, row.kind = _merged(row.properties, seen.properties), seen.kind
        row.count, row.last_at = row.count + seen.count, max(now, row.last_at)
        row.save(update_fields=["properties", "kind", "count", "last_at"])


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    for name, found in new.items():
        known = old.get(name)
        if known is None and len(old) >= tally.MOST_PROPERTIES:
            continue
        types = dict.fromkeys([*(known["types"] if known else ()), *found["types"]])
        # What is private or declared may change with the source's settings: the newest look counts.
        old[name] = {**found, "types": list(types)}
    return old


def _refused(source: int, reason: str, turned: tally.Turned, now: dt.datetime) -> None:
    row, made = Refusal.objects.get_or_create(
        source=source,
        reason=reason,
        defaults={"count": turned.count, "last_at": now, "example": turned.example},
    )
    if not made:
        changed = {"count": F("count") + turned.count, "last_at": now}
        if turned.example:
            changed["example"] = turned.example
        Refusal.objects.filter(pk=row.pk).update(**changed)


def _glimpses(source: int, shown: list[tally.Shown]) -> None:
    Glimpse.objects.bulk_create(
        [
            Glimpse(
                source_id=source,
                at=one.at,
                kind=one.kind,
                who=one.who[:255],
                properties=dict(one.properties),
                refused=one.refused,
            )
            for one in shown
        ]
    )
    kept = Glimpse.objects.filter(source=source).order_by("-pk").values_list("pk", flat=True)[:KEPT_GLIMPSES]
    Glimpse.objects.filter(source=source, pk__lt=min(kept)).delete()


def forget_person(identity: int) -> None:
    """Somebody is erased: whom a glimpse shows is not looked up, since all of them are gone within the hour anyway."""
    Glimpse.objects.all().delete()
    Refusal.objects.exclude(example="").update(example="")


def tidy(now: dt.datetime) -> int:
    """Glimpses older than an hour go; returns how many."""
    return Glimpse.objects.filter(at__lt=now - KEPT).delete()[0]
