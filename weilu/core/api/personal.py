"""What does the API keep that may name a member? Answers that it may have to give again, encrypted, for a day."""

from __future__ import annotations

from weilu.core.api import once
from weilu.core.events.erasures import Personal

PERSONAL = Personal(room="api", fields=("api.Answered.body",), forget=once.forget_person)
