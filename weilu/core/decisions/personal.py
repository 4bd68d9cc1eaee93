"""What does the record of decisions keep that may name a member? Evidence holds ids, numbers and slugs only."""

from __future__ import annotations

from weilu.core.decisions import actions
from weilu.core.events.erasures import Personal

PERSONAL = Personal(room="decisions", fields=("decisions.Decision.reason",), forget=actions.forget_person)
