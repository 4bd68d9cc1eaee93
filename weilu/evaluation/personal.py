"""What does this room keep that may name a member? Questions that operators keep under a name of their own."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.evaluation import actions

PERSONAL = Personal(
    room="evaluation",
    fields=("evaluation.SavedQuestion.name", "evaluation.SavedQuestion.question"),
    forget=actions.forget_person,
)
