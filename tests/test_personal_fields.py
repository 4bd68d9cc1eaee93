"""Whatever can hold words is either declared as personal, with a way to forget it, or known to name no member.

A new field fails here until somebody has said which of the two it is.
"""

from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django.db import models

from weilu.app.logs import Nameless
from weilu.core.events import erasures

FORGOTTEN_BY_THE_LOG = {
    "directory.Identity": {"outside", "name"},
    "directory.Member": {"name", "note"},
    "directory.Sighting": {"name"},
    "directory.Fact": {"name", "value"},
    "events.Intake": {"payload"},
    "events.Held": {"payload"},
    "events.Private": {"text", "data"},
}
"""What the log's own retraction clears (`core.events.retraction`, `core.directory.withdrawal`)."""

NAMES_NO_MEMBER = {
    "contenttypes.ContentType": {"app_label", "model"},
    "auth.Permission": {"name", "codename"},
    "auth.Group": {"name"},
    "sessions.Session": {"session_key", "session_data"},
    "django_tasks_database.DBTaskResult": {
        "status", "args_kwargs", "task_path", "worker_ids", "queue_name", "backend_name", "return_value",
        "exception_class_path",
    },
    "directory.Brand": {"name", "timezone", "language"},
    "directory.Community": {"platform", "outside", "name", "timezone"},
    "directory.Room": {"outside", "name"},
    "directory.Identity": {"platform"},
    "directory.Sighting": {"what"},
    "directory.Link": {"state"},
    "decisions.Decision": {"kind", "subject_type", "rule", "evidence"},
    "events.HandlerCursor": {"name"},
    "events.Parked": {"handler", "error"},
    "events.LogEntry": {"kind", "mentions", "source", "properties", "key"},
    "events.EventKey": {"key"},
    "events.Sequenced": {"by"},
    "events.SpoolMark": {"name"},
    "events.Held": {"key", "source"},
    "events.SegmentFile": {"path"},
    "events.Retraction": {"what", "ranges", "moved", "gone"},
    "jobs.Recurring": {"name", "holder", "last_error"},
    "jobs.Lease": {"holder"},
    "members.Profile": {"seen", "lines", "newest", "scores"},
    "operators.Operator": {"password", "email", "name", "language", "theme"},
    "operators.Grant": {"role"},
    "operators.Invitation": {"digest"},
    "operators.LoginSession": {"session_key", "address", "agent"},
    "operators.Failure": {"scope", "key"},
    "operators.TwoFactor": {"secret"},
    "operators.RecoveryCode": {"digest"},
    "operators.ApiToken": {"name", "prefix", "digest", "scopes"},
    "operators.AuditEntry": {"action", "object_kind", "details", "previous", "hash"},
    "webhooks.Endpoint": {"name", "url", "secret", "old_secret", "kinds", "decisions", "communities", "paused"},
    "webhooks.Delivery": {"about", "kind", "state"},
    "webhooks.Attempt": {"error"},
    "api.Answered": {"owner", "key", "route", "request", "media"},
    "api.Rate": {"key"},
    "mail.Letter": {"key", "kind", "state", "error"},
    "tasks.Task": {"about_kind", "path"},
    "content.Link": {"target", "code"},
    "goals.Objective": {"closing"},
    "goals.KeyResult": {"metric", "aim"},
    "growth.Stage": {"slug", "source", "measure"},
    "kpi.StageWeights": {"stage"},
    "kpi.CommunityStage": {"stage", "suggested"},
    "advice.Decided": {"rule", "verdict", "numbers", "meant", "held"},
    "alerts.AlertRule": {"metric", "size", "kind", "direction", "against", "mail", "verdict"},
    "alerts.Alert": {"condition", "closing"},
    "boards.Board": {"roles", "places", "communities", "days"},
    "boards.Card": {"compare", "size"},
    "boards.Subscription": {"rhythm"},
    "warehouse.Store": {"owners", "target", "home"},
    "imports.Batch": {"state", "format", "sha256"},
    "tracking.Source": {"name", "code", "key", "origins", "declared"},
    "tracking.SeenEvent": {"name", "kind", "properties"},
    "tracking.Refusal": {"reason"},
    "tracking.Glimpse": {"refused"},
    "members.Concluded": {"key", "store", "owners", "zone"},
    "members.Correction": {"was", "now"},
    "segments.Snapshot": {"accounts"},
    "segments.Segment": {"communities", "problem"},
    "tags.Tag": {"colour", "communities"},
    "tags.TagImport": {"state", "made"},
    "tags.Holding": {"source"},
    "value.ValueVersion": {"weights", "edges"},
}  # fmt: skip
"""Ids, slugs, hashes, settings, and what concerns staff, who are not members."""

WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


@pytest.mark.once
def test_every_field_that_can_hold_words_is_declared() -> None:
    declared = {field for room in erasures.registered() for field in room.fields}
    for listed in (FORGOTTEN_BY_THE_LOG, NAMES_NO_MEMBER):
        flat = {f"{model}.{field}" for model, names in listed.items() for field in names}
        assert declared.isdisjoint(flat)
        declared |= flat
    there = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, WORDS)
    }
    assert there - declared == set(), (
        "say in the room's personal.py how it is forgotten, or here why it names nobody"
    )
    assert declared - there == set(), "these fields are declared but are not there any more"


def test_the_message_of_an_error_stays_out_of_the_log() -> None:
    try:
        try:
            raise ValueError("zaubernuss-7f3a")
        except ValueError as inner:
            raise RuntimeError("zaubernuss-7f3a too") from inner
    except RuntimeError as error:
        record = logging.LogRecord(
            "weilu", logging.ERROR, "", 1, "task failed", (), (type(error), error, None)
        )
        said = Nameless("%(message)s").format(record)
    assert said.splitlines()[0] == "task failed"
    assert "builtins.ValueError" in said
    assert "builtins.RuntimeError" in said
    assert "test_personal_fields" in said
    assert "zaubernuss-7f3a" not in said.replace('ValueError("zaubernuss-7f3a")', "").replace(
        'RuntimeError("zaubernuss-7f3a too")', ""
    ), "the source line of this test may stand there, the message may not"
