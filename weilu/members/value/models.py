"""By which weights and edges is value told, since when?"""

from __future__ import annotations

from django.db import models


class ValueVersion(models.Model):
    """Of the brand, valid from `valid_from` until the next row. Append-only."""

    valid_from = models.DateTimeField()
    weights = models.JSONField()
    """Points at most by factor (`rules.FACTORS`), whole numbers that sum to 100."""
    edges = models.JSONField()
    """Four edges for each of r, f and m, ascending; empty: by fifths of those who ordered."""
    decision = models.ForeignKey("decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["valid_from", "pk"]
