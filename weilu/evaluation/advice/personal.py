"""What does advice keep that may name a member? The reasons for turning it down."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.evaluation.advice import actions

PERSONAL = Personal(room="advice", fields=("advice.Decided.reason",), forget=actions.forget_person)
