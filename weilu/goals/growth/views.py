"""Pages of the growth funnel: the five stages with what is reached, and their figures and targets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, holds, missing, needs, visible_communities
from weilu.core.operators.forms import tried
from weilu.goals.growth import actions, forms, queries, rules, spans, words
from weilu.goals.growth.models import Plan


@needs(rights.VIEW)
@require_safe
def brand(request: ViewerRequest) -> HttpResponse:
    """Of the brand, or of the community that is chosen; who sees only some communities goes to the first of them."""
    chosen = number(request.GET.get("community"))
    if not chosen and holds(request.viewer, rights.VIEW, None):
        return _page(request, None)
    chosen = chosen or next((one.pk for one in visible_communities(request.viewer)), 0)
    if not chosen:
        raise missing()
    days = urlencode({name: request.GET[name] for name in ("month", "from", "to") if request.GET.get(name)})
    return redirect(reverse("growth:page", args=[chosen]) + (f"?{days}" if days else ""))


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, community_id: int) -> HttpResponse:
    return _page(request, queries.access_place(request.viewer, community_id))


def _page(request: ViewerRequest, place: Community | None) -> HttpResponse:
    context: dict[str, Any] = {
        "community": place,
        "places": visible_communities(request.viewer),
        "whole": holds(request.viewer, rights.VIEW, None),
        "may": queries.may(request.viewer, place),
    }
    status = 200
    try:
        span = _asked(request.GET)
    except WeiluError as error:
        span, status, context["problem"] = None, 400, str(error)
    try:
        found = queries.picture(request.viewer, place, span)
        context |= {
            "picture": found,
            "rows": words.rows(found),
            "told": words.sentence(found),
            "earlier": rules.month(found.span.first - rules.DAY).first,
            "later": rules.month(found.span.last + rules.DAY).first,
            "running": found.span.last >= found.today,
        }
    except Unavailable:
        context["down"] = True
    return render(request, "growth/page.html", context, status=status)


def _asked(query: QueryDict) -> rules.Span | None:
    return spans.asked(query.get("month", ""), query.get("from", ""), query.get("to", ""))


@needs(rights.GOALS)
@require_http_methods(["GET", "POST"])
def edit_brand(request: ViewerRequest) -> HttpResponse:
    return _edit(request, queries.access_place(request.viewer, None, rights.GOALS))


@needs(rights.GOALS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, community_id: int) -> HttpResponse:
    return _edit(request, queries.access_place(request.viewer, community_id, rights.GOALS))


def _edit(request: ViewerRequest, place: Community | None) -> HttpResponse:
    held = queries.in_force(place)
    form = forms.PlanForm(
        request.POST or None,
        initial=forms.initial(held.stages),
        sources=forms.sources(request.viewer, held.stages),
    )
    if tried(form, lambda: _saved(request, place, form)):
        messages.success(request, _("Saved. Months that are over keep the targets of their time."))
        return redirect("growth:page", place.pk) if place else redirect("growth:brand")
    context = {
        "community": place,
        "form": form,
        "held": held,
        "zone": zone_of(place),
        "versions": [(row, _told(row)) for row in queries.versions(place)],
    }
    return render(request, "growth/edit.html", context, status=400 if form.errors else 200)


def _saved(request: ViewerRequest, place: Community | None, form: forms.PlanForm) -> bool:
    """Also where these stages hold already."""
    actions.save(request.viewer, place.pk if place else None, form.stages())
    return True


def _told(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"word": words.STAGES[one.slug], "source": words.source_word(one), "rate": one.rate, "count": one.count}
        for one in queries.stages_of(plan)
    ]  # fmt: skip


@needs(rights.GOALS)
@require_POST
def follow(request: ViewerRequest, community_id: int) -> HttpResponse:
    actions.follow(request.viewer, community_id)
    messages.success(request, _("This community follows the brand’s stages and targets again."))
    return redirect("growth:page", community_id)
