"""Which exports were brought in, how far has each come, and what was found in it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

STALE = dt.timedelta(minutes=2)
"""A run touches its row every second or so; one that has not for this long has died."""


class State(models.TextChoices):
    READING = "reading", _("Being read")
    PREVIEWED = "previewed", _("Waiting for you")
    CONFIRMED = "confirmed", _("About to start")
    RUNNING = "running", _("Coming in")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")
    UNDONE = "undone", _("Undone")


MOVES: Mapping[str, frozenset[str]] = {
    State.READING: frozenset({State.PREVIEWED, State.RUNNING, State.FAILED}),
    State.PREVIEWED: frozenset({State.READING, State.CONFIRMED}),
    State.CONFIRMED: frozenset({State.RUNNING, State.FAILED}),
    State.RUNNING: frozenset({State.RUNNING, State.DONE, State.FAILED}),
    State.DONE: frozenset({State.UNDONE}),
    State.FAILED: frozenset({State.READING, State.CONFIRMED, State.UNDONE}),
    State.UNDONE: frozenset(),
}
"""From → to. RUNNING to itself: an interrupted run is taken up again, since keys make the repeat harmless. READING to RUNNING:
nobody wants to look first."""


BUSY = (State.READING, State.CONFIRMED, State.RUNNING)
"""Somebody works on it, will soon, or has died over it."""


class Batch(models.Model):
    """One import, from preview to undo. Its id is the batch that its events claim; ids are never used again.

    Figures of the preview stand in `survey`; `rows` … `seconds` are what came of it. Names of people stand in neither.
    """

    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    format = models.CharField(max_length=20, blank=True, default="")
    """As the operator said, empty until told by the file itself."""
    name = models.CharField(max_length=255)
    """Of the file or folder, as given."""
    path = models.CharField(max_length=1000, blank=True, default="")
    """Where the export stands; empty for a batch that did not come from files."""
    stored = models.BooleanField(default=False)
    """The file is our own copy and goes once it is in."""
    sha256 = models.CharField(max_length=64, blank=True, default="", db_index=True)
    size = models.BigIntegerField(default=0)
    options = models.JSONField(default=dict)
    survey = models.JSONField(default=dict)
    read = models.BigIntegerField(default=0)
    """Bytes, or events where it did not come from files, of `size`."""
    rows = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    members = models.BigIntegerField(default=0)
    communities = models.BigIntegerField(default=0)
    first_ms = models.BigIntegerField(null=True)
    last_ms = models.BigIntegerField(null=True)
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True, default="")
    by = models.BigIntegerField(null=True)
    """Operator; null for the command line."""
    decision = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """What belongs to this batch alone: our copy of the file, the list of rejected rows."""
        return Path(settings.HOME) / "files" / "imports" / str(self.pk)

    @property
    def rejected_file(self) -> Path:
        return self.folder / "rejected.csv"

    @property
    def percent(self) -> int:
        return min(100, 100 * self.read // self.size) if self.size else 0

    def is_stale(self, now: dt.datetime) -> bool:
        """Nobody works on it any more, though its state says so."""
        return self.state in BUSY and now - self.touched_at > STALE
