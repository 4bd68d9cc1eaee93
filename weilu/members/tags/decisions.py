"""What is decided in this room, and how do these acts read in the audit trail?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.decisions.kinds import Kind

GIVEN = "tag.given"
TAKEN = "tag.taken"
BROUGHT = "tag.imported"

KINDS = (
    Kind(GIVEN, _("Tag given to many")),
    Kind(TAKEN, _("Tag taken from many")),
    Kind(BROUGHT, _("Tags imported")),
)
AUDIT_WORDS = {
    "tag.created": _("Made a tag"),
    "tag.changed": _("Changed a tag"),
    "tag.deleted": _("Removed a tag"),
    "tag.one_given": _("Gave a member a tag"),
    "tag.one_taken": _("Took a tag from a member"),
    GIVEN: _("Gave many a tag"),
    TAKEN: _("Took a tag from many"),
    "tag.undone": _("Undid a change of tags"),
    BROUGHT: _("Imported tags"),
    "tag.import_undone": _("Undid an import of tags"),
}
