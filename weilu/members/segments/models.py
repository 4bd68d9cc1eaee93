"""Which rules are kept under a name, how far is each one worked out, and who is in a snapshot?"""

from __future__ import annotations

from django.db import models


class Segment(models.Model):
    """A live one follows its rule, and who is in it stands in the store (`moves`); a snapshot holds who answered to a rule at one
    moment."""

    name = models.CharField(max_length=100, unique=True)
    note = models.CharField(max_length=500, blank=True, default="")
    rule = models.JSONField()
    """As a question has it; other segments by their number. Empty for a list of people that was kept as it stood."""
    origin = models.JSONField(null=True)
    """The question behind whose number its people stood, where it was made from one."""
    communities = models.JSONField(null=True)
    """Community ids; null: the whole brand."""
    snapshot = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    """Of the rule."""
    computed_version = models.PositiveIntegerField(default=0)
    """The version of the rule that its members were last found by; 0: not yet."""
    computed_at = models.DateTimeField(null=True)
    """When everybody was last looked at."""
    size = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    """What looking at everybody last cost, shared with those that were looked for at once."""
    problem = models.CharField(max_length=500, blank=True, default="")
    """The code of the error for which it cannot be worked out just now; its sentence is said anew to whoever looks."""
    created_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """An account of each who is in a snapshot: numbers of 32 bits, ascending."""

    segment = models.OneToOneField(Segment, primary_key=True, on_delete=models.CASCADE, related_name="kept")
    accounts = models.BinaryField()
