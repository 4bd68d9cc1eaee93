"""Which weekly reports have been written, and what was known when they were?"""

from __future__ import annotations

from django.db import models

from weilu.core.directory.models import Community


class KeptReport(models.Model):
    """A finished week's report keeps the log position it was written at, so that its figures stay as they were read."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    """Monday of the week."""
    known = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "first_day"], name="kept_report_once")]
