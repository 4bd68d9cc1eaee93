"""When are retracted bytes gone for good? Within a day: sealed files are rewritten, database files made anew.

A job runs this; where no retraction waits it only blanks what has been read of the spool. Rows that were deleted are overwritten at once (SQLite's
secure_delete), but copies may linger in the write-ahead log and in pages that were split; VACUUM ends that.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import connections, transaction

from weilu.core.events import erasures, intake, ranges, retraction, sealed, sealing, spool
from weilu.core.events.lock import lock
from weilu.core.events.models import Retraction, SegmentFile

WAIT_SECONDS = 30
_PERSONAL = (
    "events_logentry", "events_private", "events_intake", "events_held", "directory_identity", "directory_member",
    "directory_sighting", "directory_community", "directory_room",
)  # fmt: skip


def purge(now: dt.datetime) -> int:
    """Rewrite what still holds retracted bytes; returns how many retractions are finished by it."""
    with lock():
        retraction.finish()
        if intake.embedded():
            spool.blank(
                intake.marks()
            )  # also without a retraction: an old export may have told of the erased again
        sealing.sweep()
        waiting = list(Retraction.objects.filter(rewritten_at=None).values_list("pk", flat=True))
        if not waiting:
            return 0
        gone, moved = sealed.pending()
        for file in SegmentFile.objects.order_by("first"):
            if _touches(file, gone) or _touches(file, ranges.of((a, b) for a, b, _ in moved)):
                _rewrite(file)
        if not compact():
            return 0
        return Retraction.objects.filter(pk__in=waiting).update(rewritten_at=now)


def compact() -> bool:
    """Make the database files anew, so that no free page and no write-ahead log remembers. False where a reader that
    began before still holds old rows: the next run tries again."""
    done = [_compact(connections[alias]) for alias in sorted({"default", settings.LOG_DATABASE})]
    return all(done)


def _compact(connection: Any) -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            settled = _outlived(cursor)
            for table in {*_PERSONAL, *erasures.tables()}:
                cursor.execute(f"VACUUM (FULL) {table}")
            return settled
        # The copy may be larger than memory should hold.
        cursor.execute("PRAGMA temp_store=FILE")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone()
        return not busy


def _outlived(cursor: Any) -> bool:
    """Wait until nobody looks at a past before now: VACUUM keeps the dead rows that such a one may still see.

    That is any session of this database with an older snapshot, and any older transaction that is still open, since
    new snapshots reach back to it (also in other databases of the server).
    """
    cursor.execute("SELECT txid_current()")
    (horizon,) = cursor.fetchone()
    for _ in range(WAIT_SECONDS * 4):
        cursor.execute(
            """SELECT txid_snapshot_xmin(txid_current_snapshot()) > %s AND NOT EXISTS (
                SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND age(backend_xmin) > age((%s & 4294967295)::text::xid))""",
            [horizon, horizon],
        )
        if cursor.fetchone()[0]:
            return True
        time.sleep(0.25)
    return False


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
