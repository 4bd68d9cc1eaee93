"""Which advice did somebody take or turn down, for whom was it meant, and who was left out to compare with?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    TASK = "task", _("Became a task")
    SEGMENT = "segment", _("Became a segment")
    DISMISSED = "dismissed", _("Turned down")


class Decided(models.Model):
    """A decision on a piece of advice; it stands whatever the facts become. `numbers` are those it was taken on; `meant` are the
    members it is for and `held` those of them who are left out, by lot (member ids, as they were then)."""

    community = models.ForeignKey("directory.Community", on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=32)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    numbers = models.JSONField()
    meant = models.JSONField()
    held = models.JSONField()
    first = models.DateField()
    """From this day on the effect counts; `last` ends its window. Both included."""
    last = models.DateField()
    quiet_until = models.DateTimeField()
    task = models.BigIntegerField(null=True)
    segment = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "rule", "quiet_until"], name="advice_quiet")]
