"""Which accounts does the brand speak with?"""

from __future__ import annotations

from django.db import models


class TeamAccount(models.Model):
    """An operator said whether an account is one of the team's. Where nobody did, it is told from what it posts."""

    identity = models.OneToOneField("directory.Identity", on_delete=models.CASCADE, related_name="+")
    ours = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")
