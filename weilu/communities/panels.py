"""How is the part of a page that holds figures drawn once and shown many times?

Its HTML is kept as long as nothing changed that it rests on. Where only news came in since, what was drawn a few seconds ago
is shown and drawn anew beside it (`fresh`), so that under a steady flow of events nobody waits for the figures; who comes
after a pause waits once. What must not be shown any longer (a retraction, another viewer, a new name) is part of the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from weilu.communities import fresh
from weilu.communities.spans import Span
from weilu.core import clock
from weilu.core.operators.access import Viewer, ViewerRequest
from weilu.core.warehouse import client, conclusions, store

Value = TypeVar("Value")

kept = fresh.Shelf()

STAMP_MS = 300_000
"""Where nothing came in, what a figure says changes as hours pass: so often it is looked at again."""


def drawn(
    request: ViewerRequest,
    templates: Mapping[str, str],
    span: Span,
    about: object,
    read: Callable[[], Mapping[str, Any]],
) -> dict[str, SafeString]:
    """Each template by its name, with what `read` returns; from the shelf where it may. Raises Unavailable.

    They are given `counted_at` too, since what is kept may be some minutes old. `about` tells apart what is shown with the same
    templates: the community and what it is called.
    """
    client.ping()  # what is kept must not hide that nothing can be opened now
    language = translation.get_language() or ""

    def draw() -> dict[str, str]:
        with translation.override(language):
            context = {"span": span, "counted_at": clock.now(), **read()}
            return {name: str(render_to_string(one, context, request)) for name, one in templates.items()}

    asked = (sorted(templates.values()), about, span, request.GET.get("as_of"), request.GET.get("known"))
    html = kept.get(_key(request.viewer, asked, language), _stamp, draw)
    return {name: SafeString(text) for name, text in html.items()}


def remembered(viewer: Viewer, about: object, read: Callable[[], Value]) -> Value:
    """The same for a value rather than a part of a page, such as what needs somebody. Words come in the reader's language."""
    language = translation.get_language() or ""

    def draw() -> Value:
        with translation.override(language):
            return read()

    return kept.get(_key(viewer, about, language), _stamp, draw)


def _key(viewer: Viewer, about: object, language: str) -> str:
    known = store.last_known()
    parts = (
        about,
        sorted(viewer.communities) if viewer.communities is not None else None,
        language,
        (known.uuid, known.applied.count()) if known else None,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _stamp() -> object:
    """Differs when anything came in, was concluded, or five minutes went by."""
    known = store.last_known()
    position = (known.position, str(known.owners)) if known else None
    return position, repr(conclusions.stamp()), clock.now_ms() // STAMP_MS
