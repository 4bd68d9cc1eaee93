"""Which links lead out of the communities, and who first came by a member's own address?"""

from __future__ import annotations

from django.db import models


class Link(models.Model):
    """A short address in one community that leads to `target` and is counted. `kind` and `column` are free labels, to which content
    items will bind. `last` is a local day of the community, included; null: it does not end."""

    community = models.ForeignKey("directory.Community", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    target = models.CharField(max_length=2000)
    kind = models.CharField(max_length=60, blank=True, default="")
    column = models.CharField(max_length=60, blank=True, default="")
    code = models.CharField(max_length=16, unique=True)
    last = models.DateField(null=True)
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        "operators.Operator", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or self.code


class Opening(models.Model):
    """A browser (`visitor`, a digest of its cookie) came by a member's own address, first at `at` (ms). `first`: no other had before;
    it is taken for the member's, and every other is somebody whom they passed it on to."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="openings")
    identity = models.BigIntegerField()
    visitor = models.CharField(max_length=32)
    first = models.BooleanField()
    at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "identity", "visitor"], name="opening_once"),
            models.UniqueConstraint(
                fields=["link", "identity"], condition=models.Q(first=True), name="opening_first"
            ),
        ]
        indexes = [models.Index(fields=["identity"], name="opening_identity")]
