"""Pages of scores: all communities ranked, one with its parts and weeks, the weights of a stage with what they would move."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.communities.queries import window
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_community, needs, visible_communities
from weilu.goals.kpi import actions, asking, forms, queries, rules, words


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """All communities that this operator sees, the best first."""
    communities = list(visible_communities(request.viewer))
    span = window.of_page(request.GET, [one.pk for one in communities], brand_zone())
    monday = asking.last_week(span)
    context: dict[str, Any] = {
        "communities": communities, "span": span, "monday": monday, "sunday": monday + dt.timedelta(days=6),
        "stages": [(stage, words.STAGES[stage]) for stage in rules.STAGES],
    }  # fmt: skip
    try:
        found = queries.ranked(queries.tracks(request.viewer, communities, span))
        context["rows"] = [_row(one) for one in found]
    except Unavailable:
        context["down"] = True
    return render(request, "kpi/list.html", context)


def _row(track: queries.Track) -> dict[str, Any]:
    return {
        **words.week(track.now),
        "community": track.community,
        "change": track.change,
        "spark": [one.score.score for one in track.weeks],
    }


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, community_id: int) -> HttpResponse:
    """One community: its score, the parts of it, its weeks, its stage."""
    community = access_community(request.viewer, community_id)
    span = window.of_page(request.GET, [community.pk], zone_of(community))
    context: dict[str, Any] = {
        "community": community,
        "span": span,
        "rule": words.RULE,
        "stages": list(words.STAGES.items()),
        "may": request.viewer.can(rights.GOALS, community.pk),
        "may_weigh": queries.may_weigh(request.viewer),
    }
    try:
        [track] = queries.tracks(request.viewer, [community], span)
        one = _chosen(track, request.GET.get("week", ""))
        context.update(
            words.week(one),
            track=track,
            parts=words.groups(track, one, span),
            chart=words.chart(track),
            weeks=[words.week(each) for each in reversed(track.weeks)],
            surveys=[(words.SURVEYS[each.slug], each) for each in asking.surveys(request.viewer, community)],
            sunday=one.monday + dt.timedelta(days=6),
        )
    except Unavailable:
        context["down"] = True
    return render(request, "kpi/page.html", context)


def _chosen(track: queries.Track, asked: str) -> queries.Week:
    """The week asked for, where it is one of those shown; else the last."""
    return next((one for one in track.weeks if one.monday.isoformat() == asked), track.now)


@needs(rights.GOALS)
@require_POST
def stage(request: ViewerRequest, community_id: int) -> HttpResponse:
    """An operator says at which stage a community is, or takes it back."""
    community = access_community(request.viewer, community_id, rights.GOALS)
    actions.put(request.viewer, community.pk, request.POST.get("stage", ""), _suggested(request, community))
    messages.success(request, _("Saved. The score is weighed by this stage from now on."))
    return redirect("kpi:page", community.pk)


def _suggested(request: ViewerRequest, community: Community) -> str:
    try:
        [track] = queries.tracks(request.viewer, [community], queries.present([community]))
    except Unavailable:
        return ""
    return track.now.suggestion.stage


@needs(rights.VIEW)
@require_http_methods(["GET", "POST"])
def weights(request: ViewerRequest, stage: str) -> HttpResponse:
    """The weights of a stage. What changed weights would move is shown first; saving is a second step."""
    known = stage if stage in rules.STAGES else rules.START
    held = queries.weights_at(queries.weight_book(), known)
    form = forms.WeightsForm(request.POST or None, initial=dict(held))
    context: dict[str, Any] = {"form": form, "may": queries.may_weigh(request.viewer)}
    if request.method == "POST" and form.is_valid():
        try:
            chosen = actions.check(request.viewer, stage, form.weights())
            if request.POST.get("do") == "save":
                actions.weigh(request.viewer, stage, chosen)
                messages.success(request, _("Saved. Weeks before keep the weights of their time."))
                return redirect("kpi:weights", stage)
            context["moves"] = _moves(request, stage, chosen)
        except Unavailable:
            context["down"] = True
        except WeiluError as error:
            form.add_error(None, str(error))
    context.update(
        stage=known, word=words.STAGES[known], aim=words.AIMS[known], versions=queries.versions(known),
        stages=list(words.STAGES.items()), usual=rules.USUAL[known], zone=brand_zone(),
    )  # fmt: skip
    return render(request, "kpi/weights.html", context, status=400 if form.errors else 200)


def _moves(request: ViewerRequest, stage: str, chosen: rules.Weights) -> list[dict[str, Any]]:
    """Communities of the stage with their score now and by the chosen weights; nothing is kept."""
    communities = list(visible_communities(request.viewer))
    span = queries.present(communities)
    before = {one.community.pk: one for one in queries.tracks(request.viewer, communities, span)}
    after = queries.tracks(request.viewer, communities, span, weights={stage: chosen})
    return [
        {"community": one.community, "before": was.score.score, "after": one.now.score.score}
        for one in queries.ranked(after)
        if (was := before[one.community.pk].now).stage == stage
    ]
