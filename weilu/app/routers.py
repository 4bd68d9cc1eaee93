"""Which database holds which table? The log stands in a file of its own beside SQLite (see ARCHITECTURE, Sequencer)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

LOG_MODELS = frozenset(
    {
        "logentry",
        "private",
        "eventkey",
        "claim",
        "batchtally",
        "sequenced",
        "spoolmark",
        "held",
        "segmentfile",
        "retraction",
    }
)
"""Models of `core.events` that live in the log database. Only the sequencer and the retraction write there."""


class LogRouter:
    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return self._alias(model._meta.app_label, model._meta.model_name)

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return self._alias(model._meta.app_label, model._meta.model_name)

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        if settings.LOG_DATABASE == "default":
            return None
        in_log = app_label == "events" and model_name in LOG_MODELS
        return in_log if db == "log" else not in_log

    @staticmethod
    def _alias(app_label: str, model_name: str | None) -> str | None:
        if app_label == "events" and model_name in LOG_MODELS:
            return str(settings.LOG_DATABASE)
        return None
