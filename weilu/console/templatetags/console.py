"""Small parts of every page: icons, assets, states, tiers, addresses that keep the moment asked for. All are built in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from weilu.console import assets

register = template.Library()

MOST_PARTS = 1_000
_parts: dict[tuple[object, ...], SafeString] = {}

STATE_WORDS = {
    "new": _("New"),
    "active": _("Active"),
    "returning": _("Returning"),
    "dormant": _("Dormant"),
    "churned": _("Churned"),
}
TIER_WORDS = {"kol": _("KOL"), "koc": _("KOC"), "participant": _("Participant"), "lurker": _("Lurker")}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One of Tabler's outline icons from the sprite, e.g. `{% icon "users" %}`; sizes: "", small, big. Silent for readers."""
    return _drawn(name, size, assets.address("icons.svg"))


@lru_cache(maxsize=512)
def _drawn(name: str, size: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="ic {}" aria-hidden="true" width="18" height="18"><use href="{}#{}"></use></svg>',
        size,
        sprite,
        name,
    )


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file: console.css, console.js, icons.svg."""
    return assets.address(name)


@register.simple_tag(takes_context=True)
def menu_part(context: dict[str, Any], part: str) -> SafeString:
    """What a page draws of the menu alone: `{% menu_part "_menu" %}`. Drawn once for each language and marked line."""
    lines = context.get("menu") or ()
    words = get_language(), assets.address("icons.svg")
    key = part, words, tuple((line.item.view, line.href, line.on) for line in lines)
    if key not in _parts:
        if len(_parts) >= MOST_PARTS:
            _parts.clear()
        _parts[key] = render_to_string(f"console/{part}.html", {"menu": lines})
    return _parts[key]


@register.simple_tag
def state(slug: str) -> SafeString:
    """A lifecycle state as a chip with its colour and word; nothing for a state that is empty."""
    return _chip(slug, STATE_WORDS.get(slug, slug)) if slug else SafeString("")


@register.simple_tag
def tier(slug: str) -> SafeString:
    """A tier of influence as a chip."""
    return _chip(slug, TIER_WORDS.get(slug, slug)) if slug else SafeString("")


def _chip(slug: str, word: object) -> SafeString:
    return format_html('<span class="state s-{}">{}</span>', slug, word)


@register.filter
def state_word(slug: str) -> object:
    return STATE_WORDS.get(slug, slug)


@register.filter
def tier_word(slug: str) -> object:
    return TIER_WORDS.get(slug, slug)


@register.filter
def initial(name: str) -> str:
    """What stands in the round mark before a name: its first letter or character."""
    return next((sign for sign in str(name) if sign.isalnum()), "·")


@register.simple_tag(takes_context=True)
def at_moment(context: dict[str, Any], view: str, *args: Any, **query: Any) -> str:
    """`{% at_moment "communities:page" id %}`: the address of a page that keeps "as of" and "known" of this one."""
    return keep(context.get("request"), reverse(view, args=args), query)


@register.simple_tag(takes_context=True)
def same_page(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some of its query changed; None takes a key away."""
    request = context["request"]
    asked = request.GET.copy()
    for key, value in changes.items():
        asked.pop(key, None)
        if value not in (None, ""):
            asked[key] = str(value)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def keep(request: HttpRequest | None, address: str, query: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    kept = {key: request.GET[key] for key in ("as_of", "known") if request and request.GET.get(key)}
    pairs = urlencode({**kept, **query})
    return f"{address}?{pairs}" if pairs else address
