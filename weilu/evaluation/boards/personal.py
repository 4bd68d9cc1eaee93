"""What do boards keep that may name a member? What operators called them and their cards, and what those compare with."""

from __future__ import annotations

from weilu.core.events.erasures import Personal
from weilu.evaluation.boards import actions

PERSONAL = Personal(
    room="boards",
    fields=("boards.Board.name", "boards.Card.name", "boards.Card.question"),
    forget=actions.forget_person,
)
