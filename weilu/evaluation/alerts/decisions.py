"""What is decided here by a rule alone? Told to webhooks like every decision.

Not events of the log: an event of ours in a community would count as the newest thing that happened there.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.decisions.kinds import Kind

RAISED = "alert.raised"
CLOSED = "alert.closed"

KINDS = (Kind(RAISED, _("Alert raised")), Kind(CLOSED, _("Alert over")))
