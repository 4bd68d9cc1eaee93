"""What do alerts keep that may name a member? What operators wrote about them."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.evaluation.alerts import actions

PERSONAL = Personal(room="alerts", fields=("alerts.Comment.text",), forget=actions.forget_person)
