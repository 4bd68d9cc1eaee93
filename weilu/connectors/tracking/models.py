"""Which sources may send events, and what has come from each of them lately?"""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A website, app or server that sends events with its write key. `code` names its accounts and its community for good."""

    name = models.CharField(max_length=100)
    code = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=64, unique=True)
    origins = models.JSONField(default=list)
    """Addresses of pages that may send; empty: any. Requests that name neither origin nor page come from servers and apps."""
    declared = models.JSONField(default=list)
    """Names of own properties whose short words may stand in the log's rows."""
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    watched_until = models.DateTimeField(null=True)
    """Somebody looks at its live tail: until then its events are shown."""

    def __str__(self) -> str:
        return self.name


class SeenEvent(models.Model):
    """An event name that a source has sent. `properties` by name: types seen, whether it may stand in the row, a sample."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="seen")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    count = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    properties = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="seen_once")]


class Refusal(models.Model):
    """How often a source (0: none could be told) was refused something for a reason; `example` is an event's name."""

    source = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=32)
    count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()
    example = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "reason"], name="refused_once")]


class Glimpse(models.Model):
    """An event as it came by while somebody looked. Lives an hour at most."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="glimpses")
    at = models.DateTimeField()
    kind = models.CharField(max_length=200)
    who = models.CharField(max_length=255, default="")
    properties = models.JSONField(default=dict)
    """Those of the row with their values, private ones without."""
    refused = models.CharField(max_length=32, default="")
    """Why it was not taken in; then `kind` is its name as far as it was read."""
