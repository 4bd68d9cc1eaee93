"""What is decided in this room?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.decisions.kinds import Kind

IMPORT_CONFIRMED = "import.confirmed"
IMPORT_UNDONE = "import.undone"

AUDIT_WORDS = {IMPORT_CONFIRMED: _("Confirmed an import"), IMPORT_UNDONE: _("Undid an import")}

KINDS = (Kind(IMPORT_CONFIRMED, _("Import confirmed")),)
