"""When are retracted bytes gone for good? Within a day: sealed files are rewritten, database files made anew.

A job runs this; it does nothing where no retraction waits. Rows that were deleted are overwritten at once (SQLite's
secure_delete), but copies may linger in the write-ahead log and in pages that were split; VACUUM ends that.
"""

from __future__ import annotations

import datetime as dt

import pyarrow.parquet as pq
from django.conf import settings
from django.db import connections, transaction

from weilu.core.events import intake, ranges, retraction, sealed, sealing, spool
from weilu.core.events.lock import lock
from weilu.core.events.models import Retraction, SegmentFile

_PERSONAL = (
    "events_logentry", "events_private", "events_intake", "events_held", "directory_identity", "directory_member",
    "directory_sighting", "directory_community", "directory_room",
)  # fmt: skip


def purge(now: dt.datetime) -> int:
    """Rewrite what still holds retracted bytes; returns how many retractions are finished by it."""
    with lock():
        retraction.finish()
        waiting = list(Retraction.objects.filter(rewritten_at=None).values_list("pk", flat=True))
        if not waiting:
            return 0
        gone, moved = sealed.pending()
        for file in SegmentFile.objects.order_by("first"):
            if _touches(file, gone) or _touches(file, ranges.of((a, b) for a, b, _ in moved)):
                _rewrite(file)
        if intake.embedded():
            spool.blank(intake.marks())
        compact()
        return Retraction.objects.filter(pk__in=waiting).update(rewritten_at=now)


def compact() -> None:
    """Make the database files anew, so that no free page and no write-ahead log remembers."""
    for alias in {"default", settings.LOG_DATABASE}:
        connection = connections[alias]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for table in _PERSONAL:
                    cursor.execute(f"VACUUM (FULL) {table}")
                continue
            # The copy may be larger than memory should hold.
            cursor.execute("PRAGMA temp_store=FILE")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA temp_store=MEMORY")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _touches(file: SegmentFile, some: ranges.Ranges) -> bool:
    return bool(len(ranges.both(ranges.of([(file.first, file.last)]), some)))


def _rewrite(old: SegmentFile) -> None:
    """A new file without what is gone; the manifest is swapped in one transaction, then the old file goes."""
    path = sealed.folder() / old.path
    table = pq.read_table(path, schema=sealing.SCHEMA)
    left = sealed.without(table, *sealed.pending())
    with transaction.atomic(using=settings.LOG_DATABASE):
        SegmentFile.objects.filter(pk=old.pk).delete()
        if left.num_rows:
            sealing.entry(left, sealing.write(left), old.first, old.last).save()
    path.unlink()
