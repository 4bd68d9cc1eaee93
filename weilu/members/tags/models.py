"""Which tags are there, which account carries which one since when, and what has the store not heard of yet?"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

COLOURS = {"": "churned", "blue": "new", "green": "active", "teal": "returning", "amber": "dormant"}
"""Name → the style of a state that has this colour; none is grey."""


class Tag(models.Model):
    """A fixed one is given and taken; a dynamic one follows a saved segment and is kept for some days after."""

    name = models.CharField(max_length=60, unique=True)
    group = models.CharField(max_length=60, blank=True, default="")
    colour = models.CharField(max_length=10, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    communities = models.JSONField(null=True)
    """Community ids whose operators alone see and use it; null: everybody's."""
    segment = models.ForeignKey(
        "segments.Segment", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    keep_days = models.PositiveSmallIntegerField(default=0)
    """So long is a dynamic one kept after the segment was left."""
    followed = models.BigIntegerField(default=0)
    """Up to which version of the segment's rows it has been followed; 0: not at all."""
    compared_at = models.DateTimeField(null=True)
    """When all its holders were last compared with the segment."""
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["group", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def dynamic(self) -> bool:
        return self.segment_id is not None

    @property
    def places(self) -> list[int] | None:
        """Whose it is: of a dynamic one its segment's communities."""
        return self.communities if self.segment is None else self.segment.communities

    @property
    def style(self) -> str:
        return COLOURS.get(self.colour, COLOURS[""])


class Source(models.TextChoices):
    HAND = "hand", _("by hand")
    RULE = "rule", _("by a rule")
    IMPORT = "import", _("by an import")
    EVENT = "event", _("by an event")


class State(models.TextChoices):
    PREVIEWED = "previewed", _("Waiting for you")
    DONE = "done", _("Done")
    UNDONE = "undone", _("Undone")


class TagImport(models.Model):
    """A table of members and tags, from preview to undo. The text is kept only until it is in."""

    name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEWED)
    text = models.TextField()
    group = models.CharField(max_length=60, blank=True, default="")
    """Of the tags that it makes."""
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    rejected_rows = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    """[line, who was meant, why] of the first of them."""
    made = models.JSONField(default=list)
    """Numbers of the tags that it made."""
    decision = models.BigIntegerField(null=True)
    by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]


class HoldingQuerySet(models.QuerySet["Holding"]):
    def open(self) -> HoldingQuerySet:
        """Those that nobody has ended; their time may be over."""
        return self.filter(ended_at=None)

    def at(self, moment: dt.datetime) -> HoldingQuerySet:
        """Those that held at a moment."""
        lasting = Q(ended_at=None) | Q(ended_at__gt=moment)
        return self.filter(lasting, Q(expires_at=None) | Q(expires_at__gt=moment), since__lte=moment)


class Holding(models.Model):
    """An account carries a tag since a moment. It stays with the account, so merging and its undoing take it along."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="holdings")
    identity = models.ForeignKey("directory.Identity", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    by = models.BigIntegerField(null=True)
    """Operator; 0 for the command line, null where a rule gave it."""
    rule_version = models.PositiveIntegerField(null=True)
    """Of the segment that the tag followed."""
    event = models.BigIntegerField(null=True)
    """Position in the log of the event that it was given for."""
    confidence = models.PositiveSmallIntegerField(null=True)
    """Percent."""
    decision = models.BigIntegerField(null=True)
    """By which it was given, and …"""
    ending = models.BigIntegerField(null=True)
    """… by which it was taken, where many were at once."""

    objects = HoldingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "identity"], condition=Q(ended_at=None), name="tag_held_once"
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(ended_at=None), name="tag_expiry"),
            models.Index(fields=["decision"], name="tag_decision"),
            models.Index(fields=["ending"], name="tag_ending"),
        ]


class Claim(models.Model):
    """An import says that an account carries a tag, whoever said so first."""

    batch = models.ForeignKey(TagImport, on_delete=models.CASCADE, related_name="claims")
    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "holding"], name="tag_claim_once")]


class Stale(models.Model):
    """What the store holds of an account and a tag is not what stands here any more. Gone once it was written."""

    tag = models.BigIntegerField()
    identity = models.BigIntegerField()
