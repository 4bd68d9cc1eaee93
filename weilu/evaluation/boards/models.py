"""Which boards are there, what stands on them, who sees them, and who gets them by mail?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from weilu.evaluation.boards import rules
from weilu.evaluation.plain import ask_word


class Size(models.TextChoices):
    THIRD = "third", _("A third of the width")
    HALF = "half", _("Half of the width")
    WHOLE = "whole", _("The whole width")


class Rhythm(models.TextChoices):
    DAILY = rules.DAILY, _("Every day")
    WEEKLY = rules.WEEKLY, _("Every Monday")


class Board(models.Model):
    """Whoever made it keeps it (`operator`); others see it by `roles` and `places`. Its filters hold for all its cards: `communities`
    (null: each card's own), `days` of `rules.DAYS`, or from `first` to `last`, `segment` (0: everybody)."""

    name = models.CharField(max_length=80)
    operator = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="boards"
    )
    roles = models.JSONField(default=list)
    """Holders of one of these roles; empty with `places`: of any role, empty without: nobody else."""
    places = models.JSONField(default=list)
    """Ids of communities of which one must be theirs to see."""
    communities = models.JSONField(null=True)
    days = models.CharField(max_length=8, blank=True, default=rules.USUAL)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    segment = models.BigIntegerField(default=0)
    """A number rather than a key: where the segment is gone the cards say so, instead of counting everybody."""
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def filters(self) -> rules.Filters:
        return rules.Filters(tuple(self.communities or ()), self.days, self.first, self.last, self.segment)


class Card(models.Model):
    """A question pinned to a board: a copy, so that what is changed or removed elsewhere leaves the board as it is."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="cards")
    name = models.CharField(max_length=120)
    """Empty: called by what it asks, in its reader's language."""
    question = models.JSONField()
    compare = models.CharField(max_length=24, blank=True, default="")
    size = models.CharField(max_length=5, choices=Size.choices, default=Size.HALF)
    place = models.PositiveIntegerField()

    class Meta:
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.name or ask_word(self.question).what


class Subscription(models.Model):
    """Somebody gets the board by mail, at `hour` of the brand's clock. `done` is the day of the last letter that was put in."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="subscriptions")
    operator = models.ForeignKey(
        "operators.Operator", on_delete=models.CASCADE, related_name="board_subscriptions"
    )
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    hour = models.PositiveSmallIntegerField(default=8)
    done = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["board", "operator"], name="board_mailed_once")]
