"""What does somebody read whose link leads nowhere? One page for never, no longer and not now; it loads nothing."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

GONE, BUSY = "gone", "busy"


def page(why: str, asked: str) -> str:
    """In the language that the browser asks for (`Accept-Language`), else in that of the house."""
    return _drawn(why, _language(asked))


def _language(asked: str) -> str:
    for one in asked.lower().split(","):
        if one.strip().startswith("zh"):
            return "zh-hans"
        if one.strip().startswith("en"):
            return "en"
    return settings.LANGUAGE_CODE


@cache
def _drawn(why: str, language: str) -> str:
    with translation.override(language):
        return render_to_string("content/closed.html", {"why": why, "language": language})
