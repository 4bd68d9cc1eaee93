"""What is decided in this room, and how do these acts read in the audit trail?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.decisions.kinds import Kind

MERGED = "member.merged"
THRESHOLDS_CHANGED = "thresholds.changed"
EXPORTED = "members.exported"
ERASED = "member.erased"
NAMED, NOTED, BOT_SAID = "member.named", "member.noted", "member.bot"

KINDS = (
    Kind(MERGED, _("Members merged")),
    Kind(ERASED, _("Member erased")),
    Kind(THRESHOLDS_CHANGED, _("Lifecycle thresholds changed")),
)

AUDIT_WORDS = {
    MERGED: _("Merged members"),
    "member.unmerged": _("Undid a merge"),
    THRESHOLDS_CHANGED: _("Changed lifecycle thresholds"),
    EXPORTED: _("Exported members"),
    ERASED: _("Erased a member"),
    NAMED: _("Gave a member a name"),
    NOTED: _("Wrote a note about a member"),
    BOT_SAID: _("Said whether an account is a bot"),
}
