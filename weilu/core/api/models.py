"""What does the API remember: which answers were given under which key, and how often each caller came this minute?"""

from __future__ import annotations

from django.db import models


class Answered(models.Model):
    """One `Idempotency-Key` of one caller. Without `status` the first attempt is under way, or its process died in it."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    """A keyed digest: what callers put into their keys is their own."""
    route = models.CharField(max_length=300)
    """Method and address of the first request, without its query."""
    request = models.CharField(max_length=64)
    """A keyed digest of all that was asked."""
    status = models.PositiveSmallIntegerField(null=True)
    media = models.CharField(max_length=100, default="")
    body = models.TextField(default="")
    """Encrypted: answers may hold names, or a secret that is shown once. Empty after an erasure."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="answered_once")]


class Rate(models.Model):
    """Requests of one caller in one minute. On PostgreSQL the table is unlogged: a count need not outlive a crash."""

    key = models.CharField(max_length=64, primary_key=True)
    minute = models.BigIntegerField()
    count = models.BigIntegerField()
