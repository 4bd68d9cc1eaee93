"""Which letters are on their way to operators, and how did each go?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    DROPPED = "dropped", _("Not sent")


class Letter(models.Model):
    """One letter to one operator. What it says is put together when it is sent, from `kind` and `ref`, so that no words lie
    here and rights count as of then. `key` makes a second letter about the same impossible."""

    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    ref = models.BigIntegerField()
    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="letters")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True, default="")
    """What stopped the last attempt, in a word; empty where nothing did."""
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="letter_due"),
            models.Index(fields=["kind", "ref"], name="letter_about"),
        ]
