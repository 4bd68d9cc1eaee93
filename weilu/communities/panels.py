"""How is the part of a page that holds figures drawn once and shown many times?

Its HTML is kept until anything that it rests on could differ: the log as far as it is loaded, who owns which account, what
was concluded, the minute, what is asked and by whom. So a page under many eyes costs one reading a minute, and a new message
shows with the next look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from weilu.communities.spans import Span
from weilu.core import clock
from weilu.core.operators.access import ViewerRequest
from weilu.core.warehouse import client, conclusions, store

KEPT_SECONDS = 60


def drawn(
    request: ViewerRequest,
    templates: Mapping[str, str],
    span: Span,
    about: object,
    read: Callable[[], Mapping[str, Any]],
) -> dict[str, SafeString]:
    """Each template by its name, with what `read` returns; from the cache where nothing changed since. Raises Unavailable.

    `about` tells apart what is shown with the same templates: the community and what it is called.
    """
    client.ping()  # what is kept must not hide that nothing can be opened now
    key = _key(request, templates, span, about)
    kept: dict[str, str] | None = cache.get(key)
    if kept is None:
        context = {"span": span, **read()}
        kept = {
            name: str(render_to_string(template, context, request)) for name, template in templates.items()
        }
        cache.set(key, kept, KEPT_SECONDS)
    return {name: SafeString(html) for name, html in kept.items()}


def _key(request: ViewerRequest, templates: Mapping[str, str], span: Span, about: object) -> str:
    known = store.last_known()
    parts = (
        sorted(templates.values()),
        about,
        span,
        request.GET.get("as_of"),
        request.GET.get("known"),
        sorted(request.viewer.communities) if request.viewer.communities is not None else None,
        get_language(),
        clock.now_ms() // 60_000,
        (known.uuid, known.position, str(known.owners), known.applied.count()) if known else None,
        conclusions.stamp(),
    )
    return f"panel-{hashlib.sha256(repr(parts).encode()).hexdigest()}"
