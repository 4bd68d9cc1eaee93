"""What do goals keep that may name a member? Their titles."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.goals import actions

PERSONAL = Personal(room="goals", fields=("goals.Objective.title",), forget=actions.forget_person)
