"""What do tasks keep that may name a member? Their titles."""

from __future__ import annotations

from weilu.communities.tasks import actions
from weilu.core.events.erasures import Personal

PERSONAL = Personal(room="tasks", fields=("tasks.Task.title",), forget=actions.forget_person)
