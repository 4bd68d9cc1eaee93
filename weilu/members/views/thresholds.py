"""When does somebody count as new, active, returning, dormant, churned? The numbers, with a preview of who would move."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Unavailable
from weilu.core.operators import rights
from weilu.core.operators.access import (
    Viewer,
    ViewerRequest,
    access_community,
    missing,
    needs,
    visible_communities,
)
from weilu.members import actions
from weilu.members.forms import ThresholdsForm
from weilu.members.queries.preview import preview
from weilu.members.rules.lifecycle import in_force
from weilu.members.thresholds import FIELDS, versions_of


@needs(rights.VIEW)
def index(request: ViewerRequest) -> HttpResponse:
    """The thresholds of the brand and of each community."""
    now = int(clock.now().timestamp())
    communities = visible_communities(request.viewer)
    versions = versions_of([0, *(row.pk for row in communities)])
    lines = [_line(request.viewer, row, versions, now) for row in (None, *communities)]
    return render(request, "members/thresholds.html", {"lines": lines})


def _line(viewer: Viewer, community: Community | None, versions: dict[int, Any], now: int) -> dict[str, Any]:
    scope = community.pk if community else 0
    valid = in_force(versions[scope], now)
    return {
        "community": community,
        "scope": scope,
        "days": [getattr(valid.thresholds, field) for field in FIELDS],
        "since": clock.from_ms(valid.valid_from * 1000) if valid.number else None,
        "can_edit": _may(viewer, scope),
    }


def _may(viewer: Viewer, scope: int) -> bool:
    return viewer.can(rights.EDIT_COMMUNITIES, scope) if scope else viewer.can(rights.SETTINGS)


@needs(rights.EDIT_COMMUNITIES)
def edit(request: ViewerRequest, scope: int) -> HttpResponse:
    """The form; `preview` shows who would move, `save` changes the numbers from now on."""
    community = access_community(request.viewer, scope, rights.EDIT_COMMUNITIES) if scope else None
    if not _may(request.viewer, scope):
        raise missing()
    versions = versions_of([scope])[scope]
    current = in_force(versions, int(clock.now().timestamp())).thresholds
    form = ThresholdsForm(request.POST or None, initial=asdict(current))
    if form.is_bound and form.is_valid() and request.POST.get("act") == "save":
        actions.change_thresholds(request.viewer, community, form.limits)
        messages.success(request, gettext("Saved. The new numbers hold from now on; what was so far stays."))
        return redirect("members:thresholds")
    context: dict[str, Any] = {"form": form, "community": community, "scope": scope, "zone": brand_zone()}
    context["history"] = [(clock.from_ms(v.valid_from * 1000), v) for v in reversed(versions) if v.number]
    if form.is_bound and form.is_valid():
        try:
            context["preview"] = preview(scope, form.limits)
        except Unavailable:
            context["down"] = True
    if "HX-Request" in request.headers:  # with 400 the page would go on showing the preview before
        return render(request, "members/_preview.html", context)
    return render(request, "members/edit_thresholds.html", context, status=400 if form.errors else 200)
