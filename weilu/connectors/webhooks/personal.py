"""What do webhooks keep that may name a member? How a receiver's answer began; messages themselves are not kept."""

from __future__ import annotations

from weilu.connectors.webhooks import actions
from weilu.core.events.erasures import Personal

PERSONAL = Personal(room="webhooks", fields=("webhooks.Attempt.answer",), forget=actions.forget_person)
