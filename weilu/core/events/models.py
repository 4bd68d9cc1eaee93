"""Which tables hold the log? Intake, cursors and parked events stand beside the business; the rest in the log database.

Models carry the shape and the migrations only. The hot paths write by SQL (`store`), and nobody but the sequencer and
the retraction writes to the log database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    WholeNumber = models.BigIntegerField[int, int]
else:
    WholeNumber = models.BigIntegerField


class PositionField(WholeNumber):
    """A place in the log. On SQLite it is declared `integer`, so that as primary key it is the row id itself."""

    def db_type(self, connection: Any) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Intake(models.Model):
    """What happened and is not in the log yet; each row is one frame (see `frames`). No unique index: writers never wait."""

    events = models.IntegerField()
    payload = models.BinaryField()


class HandlerCursor(models.Model):
    """How far a handler has come. It moves in the transaction of the handler's own writes."""

    name = models.CharField(max_length=100, primary_key=True)
    position = models.BigIntegerField(default=0)


class Parked(models.Model):
    """An event that a handler could not take. Below five attempts it is still tried; then it is skipped until replayed."""

    handler = models.CharField(max_length=100)
    position = models.BigIntegerField()
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="")
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handler", "position"], name="parked_once")]


class LogEntry(models.Model):
    """One event: numbers and declared words only. No name, outside id or free text."""

    position = PositionField(primary_key=True)
    kind = models.TextField()
    version = models.SmallIntegerField()
    happened = models.BigIntegerField()
    recorded = models.BigIntegerField()
    identity = models.BigIntegerField()
    community = models.BigIntegerField()
    room = models.BigIntegerField()
    subject = models.BigIntegerField()
    about = models.BigIntegerField()
    target = models.BigIntegerField()
    mentions = models.TextField()
    """Identities as a JSON list, empty where there are none."""
    source = models.TextField()
    batch = models.BigIntegerField()
    live = models.SmallIntegerField()
    value = models.BigIntegerField(null=True)
    properties = models.TextField()
    key = models.BinaryField()


class Private(models.Model):
    """The erasable side of an event: what was said, and fields that name somebody."""

    position = PositionField(primary_key=True)
    identity = models.BigIntegerField()
    text = models.TextField()
    data = models.TextField()


class EventKey(models.Model):
    """Which event is this? Outlives sealing. On SQLite a table WITHOUT ROWID: one tree, clustered by hour."""

    key = models.BinaryField(primary_key=True)
    position = PositionField()


class Claim(models.Model):
    """A batch (0: live) saw these positions, new or repeated. Ordered by id, that is by time."""

    batch = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["batch", "first"], name="claim_batch")]


class BatchTally(models.Model):
    """How many events of a batch came, and how many of them were new, repeated or held back."""

    batch = models.BigIntegerField(primary_key=True)
    new = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)


class Sequenced(models.Model):
    """One row: the head of the log, the last moment of recording, the last intake row seen, who sequenced last."""

    head = models.BigIntegerField(default=0)
    recorded = models.BigIntegerField(default=0)
    intake = models.BigIntegerField(default=0)
    by = models.CharField(max_length=32, default="")


class SpoolMark(models.Model):
    """Up to which byte a spool file stands in the log."""

    name = models.CharField(max_length=100, primary_key=True)
    offset = models.BigIntegerField()


class Held(models.Model):
    """An SDK event whose clock is too far off; it waits for an operator, a month at most."""

    key = models.BinaryField(unique=True)
    source = models.CharField(max_length=32, default="")
    batch = models.BigIntegerField()
    happened = models.BigIntegerField()
    arrived = models.BigIntegerField()
    payload = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["source", "id"], name="held_source")]


class SegmentFile(models.Model):
    """A sealed part of the log: the manifest. `path` is relative to HOME/log."""

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    rows = models.BigIntegerField()
    recorded_first = models.BigIntegerField()
    recorded_last = models.BigIntegerField()
    path = models.CharField(max_length=200)
    bytes = models.BigIntegerField()


class Retraction(models.Model):
    """Something left the log. `ranges` are gone; `moved` now belong to another batch; `gone` names directory rows removed.

    `directory_at` and `rewritten_at` are null until the directory and the sealed files have followed.
    """

    BATCH, IDENTITY, ERASURE = "batch", "identity", "erasure"

    what = models.CharField(max_length=10)
    ref = models.BigIntegerField()
    at = models.DateTimeField()
    rows = models.BigIntegerField(default=0)
    ranges = models.JSONField(default=list)
    moved = models.JSONField(default=list)
    gone = models.JSONField(default=dict)
    directory_at = models.DateTimeField(null=True)
    rewritten_at = models.DateTimeField(null=True)
