"""Who changed what, and is the trail whole?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from weilu.core.numbers import number
from weilu.core.operators import audit, queries, rights
from weilu.core.operators.access import ViewerRequest, needs

PAGE = 50


@needs(rights.AUDIT)
@require_safe
def page(request: ViewerRequest) -> HttpResponse:
    """Newest first, from `before` on backwards; `check` walks the whole chain."""
    before = request.GET.get("before", "")
    action = request.GET.get("action", "")
    actor = request.GET.get("actor", "")
    lines = queries.trail(
        before=number(before) or None,
        action=action,
        actor=number(actor) if actor else None,
        limit=PAGE + 1,
    )
    checked = "check" in request.GET
    context = {
        "lines": lines[:PAGE],
        "more": lines[PAGE - 1].seq if len(lines) > PAGE else None,
        "action": action,
        "actor": actor,
        "actions": queries.trail_actions(),
        "checked": checked,
        "findings": audit.verify() if checked else [],
    }
    return render(request, "operators/audit.html", context)
