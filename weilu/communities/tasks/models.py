"""What is to be done, by whom, until when?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Task(models.Model):
    """A to-do of one operator. `community` null: it concerns the whole brand. `about_kind` and `about_id` name what it grew out
    of, such as an alert, where the page `path` shows it."""

    title = models.CharField(max_length=200)
    community = models.ForeignKey(
        "directory.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="tasks")
    due = models.DateField()
    about_kind = models.CharField(max_length=32, blank=True, default="")
    about_id = models.BigIntegerField(default=0)
    path = models.CharField(max_length=200, blank=True, default="")
    created_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["operator", "due"], condition=Q(done_at=None), name="task_open"),
            models.Index(fields=["about_kind", "about_id"], name="task_about"),
        ]

    def __str__(self) -> str:
        return self.title
