"""Which weekly reports have been written, and what was known when they were? Which questions does an operator keep?"""

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


class SavedQuestion(models.Model):
    """A question that an operator keeps under a name; checked anew, with the rights of then, whenever it is asked."""

    operator = models.ForeignKey(
        "operators.Operator", on_delete=models.CASCADE, related_name="saved_questions"
    )
    name = models.CharField(max_length=80)
    question = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "name"], name="saved_question_name")]
        ordering = ["name"]
