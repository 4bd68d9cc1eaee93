"""The pages of communities: the list, one community, its time zone."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from weilu.communities import actions, cards, panels, words
from weilu.communities.queries import charts, feed, figures, health, overview, voices, window
from weilu.communities.spans import LENGTHS, Span
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import (
    Viewer,
    ViewerRequest,
    access_community,
    access_member,
    missing,
    needs,
    visible_communities,
)

PANELS = {"figures": "communities/_figures.html", "panels": "communities/_panels.html"}
PAGE = 50
TABLE = {"table": "communities/_table.html"}


@needs(rights.VIEW)
def index(request: ViewerRequest) -> HttpResponse:
    """All communities that this operator sees, with their health."""
    communities = visible_communities(request.viewer)
    span = window.of_page(request.GET, [one.pk for one in communities], brand_zone())
    context: dict[str, Any] = {"communities": communities, "span": span, "lengths": LENGTHS}
    context["can_import"] = request.viewer.can(rights.IMPORT)
    try:
        context.update(
            panels.drawn(
                request, TABLE, span, _named(communities), lambda: _table(request.viewer, span, communities)
            )
        )
    except Unavailable:
        context.update(down=True, bare=[overview.bare(one) for one in communities])
    return render(request, "communities/list.html", context)


@needs(rights.VIEW)
def page(request: ViewerRequest, community_id: int) -> HttpResponse:
    """How one community lives."""
    community = access_community(request.viewer, community_id)
    span = window.of_page(request.GET, [community.pk], zone_of(community))
    context: dict[str, Any] = {
        "community": community,
        "platform": overview.platform(community),
        "span": span,
        "lengths": LENGTHS,
        "can_edit": request.viewer.can(rights.EDIT_COMMUNITIES, community.pk),
    }
    try:
        context.update(
            panels.drawn(
                request, PANELS, span, _named([community]), lambda: _read(request.viewer, span, community)
            )
        )
        context["cards"] = [(one.slug, one.title, one.address(community.pk)) for one in cards.registered()]
    except Unavailable:
        context["down"] = True
    return render(request, "communities/page.html", context)


@needs(rights.VIEW)
@require_safe
def card(request: ViewerRequest, community_id: int, slug: str) -> HttpResponse:
    """What another room says of a community: a part of its page, which fetches it."""
    community, found = access_community(request.viewer, community_id), cards.find(slug)
    if found is None:
        raise missing()
    span = window.of_page(request.GET, [community.pk], zone_of(community))
    about = (slug, _named([community]), found.decided(community.pk))
    context: dict[str, Any] = {"title": found.title}
    try:
        context.update(
            panels.drawn(
                request,
                {"card": found.template},
                span,
                about,
                lambda: found.read(request.viewer, span, community),
            )
        )
    except Unavailable:
        context["down"] = True
    return render(request, "communities/_card.html", context)


@needs(rights.VIEW)
def voice(request: ViewerRequest, community_id: int, member_id: int) -> HttpResponse:
    """What one member sent in the days that the community's page shows: the messages behind a number of the top voices."""
    community = access_community(request.viewer, community_id)
    member = access_member(request.viewer, member_id)
    span = window.of_page(request.GET, [community.pk], zone_of(community))
    page = number(request.GET.get("page")) or 1

    def sent(page: int) -> tuple[list[int], int]:
        start = (page - 1) * PAGE
        return voices.messages(request.viewer, span, community.pk, member.pk, PAGE, start)

    ids, total = sent(page)
    if not ids and page > 1:  # behind the last page there is nothing: whoever asks for more sees the last
        page = max(1, ceil(sent(1)[1] / PAGE))
        ids, total = sent(page)
    context = {
        "community": community,
        "member": member,
        "span": span,
        "total": total,
        "happened": feed.in_order(ids, request.viewer.communities),
        "number": page,
        "before": page - 1,
        "after": page + 1 if page * PAGE < total else 0,
    }
    return render(request, "communities/voice.html", context)


def _named(communities: Sequence[Community]) -> list[tuple[int, str]]:
    return [(one.pk, str(one)) for one in communities]


def _table(viewer: Viewer, span: Span, communities: Sequence[Community]) -> dict[str, Any]:
    return {"rows": overview.rows(viewer, span, communities)}


def _read(viewer: Viewer, span: Span, community: Community) -> dict[str, Any]:
    own = [community.pk]
    reading = health.read(viewer, span, own)[community.pk]
    return {
        "community": community,
        "figures": figures.headlines(viewer, span, own),
        "trend": charts.active_by_day(viewer, span, own),
        "heat": charts.lively_hours(viewer, span, own),
        "states": charts.states(viewer, span, own),
        "pyramid": charts.pyramid(viewer, span, own),
        "flow": charts.states_by_week(viewer, span, own),
        "moves": charts.moves_by_week(viewer, span, own),
        "cohorts": charts.cohorts(viewer, span, own),
        "voices": voices.top(viewer, span, community.pk),
        "health": reading.health,
        "health_parts": words.lines(reading),
        "health_word": words.GRADES[reading.health.grade],
        "health_tone": words.TONES[reading.health.grade],
        "health_advice": words.advice(reading),
    }


@require_http_methods(["GET", "POST"])
@needs(rights.EDIT_COMMUNITIES)
def timezone(request: ViewerRequest, community_id: int) -> HttpResponse:
    """In which zone the community's days are counted."""
    community = access_community(request.viewer, community_id, rights.EDIT_COMMUNITIES)
    if request.method == "POST":
        actions.set_timezone(request.viewer, community_id, request.POST.get("timezone", ""))
        messages.success(request, gettext("Saved. Days and hours are counted in the new zone."))
        return redirect("communities:page", community_id)
    context = {
        "community": community,
        "brand_zone": brand_zone(),
        "zones": sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
    }
    return render(request, "communities/timezone.html", context)
