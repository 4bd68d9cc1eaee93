"""Which weights hold for a stage from when on, and at which stage was a community put?"""

from __future__ import annotations

from django.db import models


class StageWeights(models.Model):
    """Append-only: the newest row of a stage holds from its moment on; weeks before keep those of their time. Hundredths that make
    100 together."""

    stage = models.CharField(max_length=10)
    growth = models.PositiveSmallIntegerField()
    activity = models.PositiveSmallIntegerField()
    conversion = models.PositiveSmallIntegerField()
    retention = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["stage", "at"], name="kpi_weights_at")]


class CommunityStage(models.Model):
    """Append-only: an operator said at which stage a community is. Empty: back to what the figures suggest. `suggested` is what they
    suggested then."""

    community = models.ForeignKey("directory.Community", on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10, blank=True, default="")
    suggested = models.CharField(max_length=10, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "at"], name="kpi_stage_at")]
