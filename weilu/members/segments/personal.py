"""What does this room keep that may name a member? Names and notes of segments, and what a rule compares with."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.members.segments import actions

PERSONAL = Personal(
    room="segments",
    fields=(
        "segments.Segment.name",
        "segments.Segment.note",
        "segments.Segment.rule",
        "segments.Segment.origin",
    ),
    forget=actions.forget_person,
)
