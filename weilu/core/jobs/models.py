"""Which work recurs, and who is doing which task right now?"""

from __future__ import annotations

from django.db import models


class Recurring(models.Model):
    """One row per recurring job. Claimed by moving `next_at` with a lease; marked done after doing."""

    name = models.CharField(max_length=100, unique=True)
    next_at = models.DateTimeField(db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=64, blank=True, default="")
    runs = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    """Class of the last error and where it rose: never its message, which may carry data."""


class Lease(models.Model):
    """A task of django-tasks-db in somebody's hands. The library never takes up a dead worker's task, we do."""

    task_id = models.UUIDField(primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=1)
