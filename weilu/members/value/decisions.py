"""What is decided in this room, and how does it read in the audit trail?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.decisions.kinds import Kind

CHANGED = "value.changed"
KINDS = (Kind(CHANGED, _("Weights of the value score changed")),)
AUDIT_WORDS = {CHANGED: _("Changed the weights of the value score")}
