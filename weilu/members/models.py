"""What is kept about members beside the log: thresholds, how far conclusions reach, corrections, saved views."""

from __future__ import annotations

from django.db import models


class ThresholdVersion(models.Model):
    """Thresholds of one community (null: of the brand), valid from `valid_from` until the next row. Append-only."""

    community = models.ForeignKey(
        "directory.Community",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="threshold_versions",
    )
    valid_from = models.DateTimeField()
    new_days = models.PositiveSmallIntegerField()
    active_days = models.PositiveSmallIntegerField()
    pause_days = models.PositiveSmallIntegerField()
    return_days = models.PositiveSmallIntegerField()
    churn_days = models.PositiveSmallIntegerField()
    decision = models.ForeignKey("decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "valid_from"], name="threshold_of_community")]


class Concluded(models.Model):
    """How far a kind of conclusion has come: in which store, to which position, with which ownership and thresholds."""

    key = models.CharField(max_length=20, primary_key=True)
    store = models.CharField(max_length=36, default="")
    position = models.BigIntegerField(default=0)
    owners = models.JSONField(default=list)
    retractions = models.BigIntegerField(default=0)
    thresholds = models.BigIntegerField(default=0)
    zone = models.CharField(max_length=64, default="")
    at = models.DateTimeField(null=True)


class Profile(models.Model):
    """What is kept ready for a member's page (`profiles`): lists of numbers as JSON, no name and no word."""

    member = models.BigIntegerField(primary_key=True)
    seen = models.TextField()
    lines = models.TextField()
    newest = models.TextField()
    scores = models.TextField()


class Correction(models.Model):
    """At this moment `was` had been told, later knowledge says `now`. Where knowledge came back to it, the two are equal."""

    scope = models.BigIntegerField()
    """Community id; 0 for the whole person."""
    member = models.BigIntegerField()
    at = models.DateTimeField()
    was = models.CharField(max_length=16)
    now = models.CharField(max_length=16)
    told = models.BigIntegerField()
    """When it had last been told so, in milliseconds."""
    position = models.BigIntegerField()
    """Up to here the log was known when the correction was found."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "scope", "at"], name="correction_once")]


class SavedView(models.Model):
    """A filter, order and choice of columns of the members table that an operator keeps under a name."""

    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="member_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    """The table's own query string, checked when read."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "name"], name="member_view_name")]
