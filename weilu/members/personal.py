"""What does this room keep that may name a member? Profile and notes stand in the directory, which forgets them itself."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.members import actions

PERSONAL = Personal(
    room="members",
    fields=("members.SavedView.name", "members.SavedView.query"),
    forget=actions.forget_person,
)
