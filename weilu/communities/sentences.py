"""How is an event told in one sentence? One line a kind; a kind without a line is told by its label."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from weilu.connectors import events
from weilu.core.events import kinds

SENTENCES = {
    events.MESSAGE_SENT: _("{who} wrote in “{where}”"),
    events.MESSAGE_EDITED: _("{who} changed a message in “{where}”"),
    events.MESSAGE_DELETED: _("{who} took back a message in “{where}”"),
    events.REACTION_ADDED: _("{who} reacted in “{where}”"),
    events.MEMBER_JOINED: _("{who} joined “{where}”"),
    events.MEMBER_LEFT: _("{who} left “{where}”"),
    events.POLL_VOTED: _("{who} voted in “{where}”"),
    events.ORDER_PAID: _("{who} placed an order"),
    events.ORDER_CANCELLED: _("{who} cancelled an order"),
    events.CHECKIN_DONE: _("{who} checked in, in “{where}”"),
    events.BADGE_EARNED: _("{who} earned a badge in “{where}”"),
    events.COMMUNITY_CHANGED: _("“{where}” was changed"),
    events.REACH_COUNTED: _("The platform counted {value} for “{where}”"),
}
ANSWERS = {
    events.MESSAGE_SENT: _("{who} answered {whom} in “{where}”"),
    events.REACTION_ADDED: _("{who} reacted to {whom} in “{where}”"),
}
"""Where the event is directed at somebody."""
SHOWN = tuple(kind for kind in SENTENCES if kind not in (events.MESSAGE_EDITED, events.REACH_COUNTED))
"""What a feed shows; edits say little, and a day's count is nothing that somebody did."""


def told(kind: str, who: str, where: str, whom: str = "", value: int | None = None) -> SafeString:
    """One sentence, names in bold. Names are escaped, the sentence itself comes from our catalogue."""
    sentence = (ANSWERS.get(kind) if whom else None) or SENTENCES.get(kind)
    if sentence is None:
        label = kinds.find(kind)
        return format_html("<b>{}</b> · {}", who, label.label if label else kind)
    return format_html(
        str(sentence),
        who=format_html("<b>{}</b>", who),
        where=where,
        whom=format_html("<b>{}</b>", whom),
        value=format_html("<b>{}</b>", f"{value or 0:,}"),
    )
