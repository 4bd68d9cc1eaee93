"""What does this room keep that may name a member? Names, groups and notes of tags, tables on their way in, and what was
rejected of them. What an erased account carried goes too."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.members.tags.actions import forgetting

PERSONAL = Personal(
    room="tags",
    fields=(
        "tags.Tag.name",
        "tags.Tag.group",
        "tags.Tag.note",
        "tags.TagImport.name",
        "tags.TagImport.text",
        "tags.TagImport.group",
        "tags.TagImport.rejected",
    ),
    forget=forgetting.forget_person,
)
