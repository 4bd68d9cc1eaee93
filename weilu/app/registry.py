"""What does each room add to the house? Lists in plain sight; registered once at start, from `AppConfig.ready`."""

from __future__ import annotations

from weilu.connectors.events import KINDS as CHAT_KINDS
from weilu.core.decisions import kinds as decision_kinds
from weilu.core.events import kinds

EVENT_KINDS = (*CHAT_KINDS,)
DECISION_KINDS: tuple[decision_kinds.Kind, ...] = ()


def register_all() -> None:
    decision_kinds.register(DECISION_KINDS)
    kinds.register(EVENT_KINDS)
