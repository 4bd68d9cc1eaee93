"""How far is each store loaded, what was it told already, and which days must be counted again?"""

from __future__ import annotations

from django.db import models


class Store(models.Model):
    """One `events` table of the column store, known by the UUID that ClickHouse gave it; it goes with the table.

    `block_first` and `block_last` are the edges of the block under way, kept before its insert: after a crash the table is
    asked what it holds between them. `owners` is the state of the directory that was copied last. `target`: of which store
    it is a table, empty for the one of this machine. `home`: whose machine that is, where several may share this database.
    """

    uuid = models.UUIDField(primary_key=True)
    position = models.BigIntegerField(default=0)
    block_first = models.BigIntegerField(null=True)
    block_last = models.BigIntegerField(null=True)
    owners = models.JSONField(default=list)
    current = models.BooleanField(default=False)
    target = models.TextField(default="")
    home = models.CharField(max_length=32, default="")


class AppliedRetraction(models.Model):
    """This retraction has been carried out in this store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="applied")
    retraction = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "retraction"], name="retraction_applied_once")
        ]


class DirtyDay(models.Model):
    """A day (UTC) of a community of which late facts came in or facts went; its newest mark is its id."""

    community = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "day"], name="dirty_day_once")]
