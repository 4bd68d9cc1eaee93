"""What is to be reached, by when, whose is it, and from where did it start?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Closing(models.TextChoices):
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Given up")


class Objective(models.Model):
    """In a community, or (null) for the whole brand. `first` and `last` are local days, both included."""

    title = models.CharField(max_length=200)
    community = models.ForeignKey(
        "directory.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    segment = models.PositiveBigIntegerField(null=True)
    """Only of who is in it, by its number; where it is gone nothing can be asked, rather than of everybody."""
    owner = models.ForeignKey("operators.Operator", on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    created_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closing = models.CharField(max_length=10, choices=Closing.choices, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["last"], condition=models.Q(closed_at=None), name="objective_open")]

    def __str__(self) -> str:
        return self.title


class KeyResult(models.Model):
    """A metric of the catalogue and what it is to reach. `aim` is level (the figure of a week) or total (all of it from the first day
    to the last). `baseline` is frozen when it is made: what came in later does not move the start."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="results")
    metric = models.CharField(max_length=64)
    aim = models.CharField(max_length=5)
    target = models.FloatField()
    baseline = models.FloatField()
    baseline_weeks = models.PositiveSmallIntegerField(default=0)
    """From so many weeks of history; 0: an operator gave it by hand."""
    known = models.BigIntegerField(default=0)
    """Log position at which the baseline was read."""
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objective", "metric", "aim"], name="key_result_once")]
