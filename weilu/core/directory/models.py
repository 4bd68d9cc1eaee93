"""Who and where: ids, names and time zones of communities, rooms, members and identities. No behaviour."""

from __future__ import annotations

from django.db import models


class Brand(models.Model):
    """One installation is one brand; there is one row."""

    name = models.CharField(max_length=100, default="")
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    language = models.CharField(max_length=10, default="zh-hans")


SDK = "sdk:"
"""How the platform of a source that SDKs send to begins."""


class Community(models.Model):
    """One group, channel or forum, or a source of SDKs. `platform` and `outside` name it where it lives."""

    platform = models.CharField(max_length=32)
    outside = models.CharField(max_length=255)
    name = models.CharField(max_length=255, default="")
    timezone = models.CharField(max_length=64, blank=True, default="")
    """IANA name; empty means the brand's."""
    simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "outside"], name="community_outside")]

    def __str__(self) -> str:
        return self.name or self.outside

    @property
    def tracked(self) -> bool:
        """Whether it is a source of SDKs: what comes from it are visits, also of people whom nobody knows."""
        return self.platform.startswith(SDK)


class Room(models.Model):
    """A thread or channel inside a community."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="rooms")
    outside = models.CharField(max_length=255)
    name = models.CharField(max_length=255, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "outside"], name="room_outside")]


class Member(models.Model):
    """A person over all platforms. The name shown is `name`, else that of the identity seen last."""

    name = models.CharField(max_length=255, blank=True, default="", db_index=True)
    named_by_hand = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="absorbed"
    )
    created_at = models.DateTimeField()


class Identity(models.Model):
    """One platform account. Frozen: events carry its id for good. `member` repeats its last ownership row."""

    platform = models.CharField(max_length=32)
    outside = models.CharField(max_length=255)
    name = models.CharField(max_length=255, default="", db_index=True)
    bot = models.BooleanField(default=False)
    bot_by_hand = models.BooleanField(default=False)
    """An operator said whether it is a bot; sightings no longer change it."""
    anonymous = models.BooleanField(default=False, db_default=False)
    """Only a device is known by this id, and nobody has said whose it is. Repeats its last ownership row."""
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="identities")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "outside"], name="identity_outside")]


class Ownership(models.Model):
    """Append-only: from a log position on, this identity is known to be this member. The last row holds for all its events.

    `anonymous`: by then nobody had said whose the account is. Naming it is a row of its own.
    """

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="ownerships")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="ownerships")
    from_position = models.BigIntegerField()
    decision = models.BigIntegerField(null=True, blank=True)
    """Id of the decision behind it; null where the identity was minted, or named."""
    anonymous = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()


class Sighting(models.Model):
    """A batch (0: live) saw this thing under this name, last at this moment. What no batch and nothing else refers to goes."""

    IDENTITY, COMMUNITY, ROOM = "identity", "community", "room"

    what = models.CharField(max_length=10)
    ref = models.BigIntegerField()
    batch = models.BigIntegerField()
    name = models.CharField(max_length=255, default="")
    bot = models.BooleanField(default=False)
    seen_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "ref", "batch"], name="sighting_once")]
        indexes = [models.Index(fields=["batch"], name="sighting_batch")]


class Link(models.Model):
    """A source said that `identity` is the same person as `other`, first at `happened`. Said again it changes nothing.

    `joined`: it was believed. `review`: both are known people, so an operator decides. `apart`: not believed, since the
    device belonged to somebody else already. `dismissed`: an operator said no.
    """

    JOINED, REVIEW, APART, DISMISSED = "joined", "review", "apart", "dismissed"

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="linked")
    state = models.CharField(max_length=10)
    happened = models.BigIntegerField()
    decision = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "other"], name="link_once")]
        indexes = [models.Index(fields=["state"], name="link_state")]


class Fact(models.Model):
    """What an account says about itself: one trait. `at` is when it was said (ms); a later saying wins.

    `value` is JSON text, empty where it was taken back. `once`: said as a first value, which any other replaces.
    """

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="facts")
    name = models.CharField(max_length=100)
    value = models.TextField()
    at = models.BigIntegerField()
    once = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "name"], name="fact_once")]
