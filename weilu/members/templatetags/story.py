"""One event of a timeline as a line. Put together here: twenty of them by a template were a quarter of a member's page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext

from weilu.members.queries.story import Item

register = template.Library()
LONGEST = 400
"""Characters shown of a message."""
NOTHING = SafeString("")


@register.simple_tag
def event_line(item: Item, day: str, zone: str, author: str = "") -> SafeString:
    """`day` as written above the line; `author` is the address of whoever did it, where that is told."""
    moment = item.moment
    hour = f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
    return format_html(
        '<div{}><div class="line"><div class="grow">{}<b>{}</b>{}{} <span class="note">{}{}</span></div>'
        '<time class="note" datetime="{}" title="{} {} ({})">{}</time></div>{}</div>',
        SafeString(' style="--c:var(--wl-ember)"') if item.kind == "message.sent" else NOTHING,
        _by(item.who, author) if item.who else NOTHING,
        item.label,
        _towards(item),
        NOTHING if item.value is None else format_html(' <span class="tag">{}</span>', item.value),
        item.place,
        f" / {item.room}" if item.room else "",
        moment.isoformat(),
        day,
        hour,
        zone,
        hour,
        _said(item.text) if item.text else NOTHING,
    )


def _by(who: str, address: str) -> SafeString:
    return format_html('<a href="{}"><b>{}</b></a> ' if address else "{}<b>{}</b> ", address, who)


def _towards(item: Item) -> str:
    if item.target:
        return f" → {item.target}"
    return format_html(' <span class="note">{}</span>', gettext("in answer")) if item.reply else NOTHING


def _said(text: str) -> SafeString:
    short = text if len(text) <= LONGEST else Truncator(text).chars(LONGEST)
    return format_html('<div class="said">{}</div>', short)
