"""What was decided, by which rule, on what evidence, by whom, and how was it undone?"""

from __future__ import annotations

from django.db import models


class Decision(models.Model):
    """Append-only. To undo is to add a row whose `undoes` names the first; `undone_by` leads from that one back."""

    kind = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    rule = models.CharField(max_length=64)
    rule_version = models.PositiveIntegerField(default=1)
    evidence = models.JSONField(default=dict)
    """Ids, numbers and slugs (see `evidence`)."""
    by = models.BigIntegerField(null=True)
    """Operator id, 0 for the command line, null where the rule itself decided."""
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="")
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="decision_subject")]

    @property
    def is_undone(self) -> bool:
        return Decision.objects.filter(undoes=self).exists()
