"""What does content keep that may name a member? Names and labels of links; and whose own address was opened where."""

from __future__ import annotations

from weilu.content import actions
from weilu.core.events.erasures import Personal

PERSONAL = Personal(
    room="content",
    fields=("content.Link.name", "content.Link.kind", "content.Link.column", "content.Opening.visitor"),
    forget=actions.forget_person,
)
