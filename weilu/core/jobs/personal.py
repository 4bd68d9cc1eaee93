"""What does the queue keep that may quote a member? The text of errors; what tasks are given are ids."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.core.jobs import tasks

PERSONAL = Personal(
    room="jobs", fields=("django_tasks_database.DBTaskResult.traceback",), forget=tasks.forget_person
)
