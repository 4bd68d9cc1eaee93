"""Which figures are watched, which went out of bounds, and what was said about it?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from weilu.evaluation.alerts import rules


class Closing(models.TextChoices):
    BACK = "back", _("Back within bounds")
    CHANGED = "changed", _("The rule was changed")
    PAUSED = "paused", _("The rule was paused")


class AlertRule(models.Model):
    """A metric of the catalogue in a community, or (null) of the whole brand, and what of it is out of bounds. The rule belongs
    to its scope, not to who made it."""

    community = models.ForeignKey(
        "directory.Community", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    segment = models.PositiveBigIntegerField(null=True)
    """Only of who is in it, by its number; where it is gone the rule is broken, rather than about everybody."""
    metric = models.CharField(max_length=64)
    size = models.CharField(max_length=5)
    kind = models.CharField(max_length=10)
    direction = models.CharField(max_length=6)
    limit = models.FloatField()
    against = models.CharField(max_length=8, default=rules.BEFORE)
    mail = models.JSONField(default=list)
    """Ids of operators who are written to; who no longer sees the scope is not."""
    created_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    judged_day = models.DateField(null=True)
    """First day of the last finished bucket that was judged."""
    verdict = models.CharField(max_length=16, blank=True, default="")
    """Of `rules`, or `late` while the store lacks news; empty: not judged yet."""

    WATCHED = ("community_id", "segment", "metric", "kind", "direction", "limit", "size", "against")

    @property
    def watched(self) -> tuple[object, ...]:
        """All that a verdict depends on."""
        return tuple(getattr(self, name) for name in self.WATCHED)

    @property
    def condition(self) -> rules.Condition:
        return rules.Condition(self.kind, self.direction, self.limit, self.size, self.against)


class Alert(models.Model):
    """From going out of bounds to being back: one row, however long it lasts. `condition` is the rule as it was then."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    condition = models.JSONField()
    first_day = models.DateField()
    """First day of the bucket in which it began."""
    day = models.DateField()
    """First day of the newest bucket out of bounds."""
    running = models.BooleanField(default=False)
    """That bucket was not over yet when it was judged."""
    value = models.FloatField()
    expected = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    silent_since = models.DateTimeField(null=True)
    """Nothing at all came in during the bucket; the newest event of the scope, as the likelier cause."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closing = models.CharField(max_length=10, choices=Closing.choices, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(closed_at=None), name="alert_open_once")
        ]
        indexes = [models.Index(fields=["-opened_at"], name="alert_newest")]


class Comment(models.Model):
    """What an operator wrote about an alert."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="comments")
    operator = models.ForeignKey("operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
