"""What happens to the log itself?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.events.kinds import Kind

LOG_RETRACTED = "log.retracted"

KINDS = (Kind(LOG_RETRACTED, _("Taken out of the log")),)
