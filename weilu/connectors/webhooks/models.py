"""Which other programs are told what happens, what is on its way to them, and how did each attempt go?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Paused(models.TextChoices):
    NO = "", _("Running")
    BY_HAND = "by_hand", _("Paused")
    FAILING = "failing", _("Paused after days of failure")
    GONE = "gone", _("Paused: the receiver said that it is gone")


class State(models.TextChoices):
    WAITING = "waiting", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")
    DROPPED = "dropped", _("Not sent")


class Endpoint(models.Model):
    """A URL that is told of events and decisions. It is told what its operator may see, as of each sending."""

    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    secret = models.TextField()
    """Encrypted."""
    old_secret = models.TextField(default="")
    """Encrypted; signs beside the new one until `old_until`, so that a receiver can change over in peace."""
    old_until = models.DateTimeField(null=True)
    kinds = models.JSONField(default=list)
    """Event kinds; `*` for all."""
    decisions = models.JSONField(default=list)
    """Decision kinds; `*` for all."""
    communities = models.JSONField(null=True)
    """Community ids; null: all that the operator may, also those to come."""
    texts = models.BooleanField(default=False)
    """Told what members wrote, where the operator may read it."""
    imports = models.BooleanField(default=False)
    """Told of imports and back-fills too, not only of what happens live."""
    paused = models.CharField(max_length=10, choices=Paused.choices, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one endpoint. `ref` is a log position or a decision's id; what is said of it is put together when it is
    sent, so that nothing personal lies here."""

    EVENT, DECISION, PING = "event", "decision", "ping"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    about = models.CharField(max_length=10)
    ref = models.BigIntegerField()
    kind = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "about", "ref"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"], condition=models.Q(state="waiting"), name="delivery_next"
            ),
            models.Index(fields=["endpoint", "-id"], name="delivery_log"),
        ]

    @property
    def message(self) -> str:
        """The stable id: the same for every attempt, also for one that is sent again by hand."""
        return f"msg_{self.pk}"


class Attempt(models.Model):
    """One try. `status` is null where no answer came; `error` says why in a word. `answer` is how the receiver's answer begins."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=32, blank=True, default="")
    milliseconds = models.PositiveIntegerField(default=0)
    answer = models.CharField(max_length=500, blank=True, default="")
