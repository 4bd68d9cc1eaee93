"""By which figures are the five stages of growth measured, what is aimed at, and since when?"""

from __future__ import annotations

from django.db import models


class Plan(models.Model):
    """Append-only: of a community, or (null) of the whole brand. It holds from its moment until the next; months that were over by
    then keep the one of their time. A community's plan without stages takes its own back: it follows the brand again."""

    community = models.ForeignKey(
        "directory.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()
    by = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "at"], name="growth_plan_at")]


class Stage(models.Model):
    """`source` is a metric of the catalogue (`measure` empty) or an event, of which all (`count`) or the members who did it
    (`members`) are counted. `rate` is the share of the stage before that is aimed at, in per cent; `count` how many a month."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="stages")
    slug = models.CharField(max_length=12)
    source = models.CharField(max_length=200)
    measure = models.CharField(max_length=8, blank=True, default="")
    rate = models.FloatField(null=True)
    count = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "slug"], name="growth_stage_once")]
