"""Pages of goals: the list with what each has reached, one goal with its charts and what explains a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.communities.tasks.queries import hands
from weilu.core import clock
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, missing, needs, scopes
from weilu.core.operators.forms import tried
from weilu.goals import actions, forms, queries, words
from weilu.goals.models import Objective
from weilu.members.segments import leaf as segments

QUARTER = dt.timedelta(days=90)
MOST = 100


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """Running goals, or those that are closed."""
    closed = request.GET.get("show") == "closed"
    rows = list(queries.objectives(request.viewer, closed=closed)[:MOST])
    context: dict[str, Any] = {"closed": closed, "may": bool(scopes(request.viewer, rights.GOALS))}
    try:
        tracks = queries.tracks(rows, request.viewer)
    except Unavailable:
        tracks, context["down"] = {}, True
    context["goals"] = _cards(rows, tracks)
    return render(request, "goals/list.html", context)


def _cards(rows: Sequence[Objective], tracks: dict[int, queries.Track]) -> list[dict[str, Any]]:
    brand, names = brand_zone(), segments.all_called([row.segment for row in rows])
    cards = []
    for row in rows:
        left = (row.last - queries.today(row, brand)).days
        lines = [words.line(tracks[one.pk]) for one in row.results.all() if one.pk in tracks]
        cards.append(
            {
                "goal": row,
                "segment": names[row.segment],
                "lines": lines,
                "left": max(0, left),
                "over": left < 0,
            }
        )
    return cards


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, goal_id: int) -> HttpResponse:
    return _page(request, queries.access_objective(request.viewer, goal_id))


def _page(request: ViewerRequest, row: Objective, form: forms.ResultForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "may": queries.may(request.viewer, row.community_id),
        "form": form or forms.ResultForm(initial=forms.USUAL),
        "zone": zone_of(row.community),
    }
    try:
        tracks = queries.tracks([row], request.viewer)
        context.update(_cards([row], tracks)[0])
        for line in context["lines"]:
            line["chart"] = words.chart(line["track"])
            line["drivers"] = _drivers(request, row, line)
            if line["drivers"] and request.GET.get("segments") == str(line["row"].pk):
                found = queries.by_segment(row, line["track"], request.viewer)
                line["segments"] = words.branches(found, line["unit"])
    except Unavailable:
        context.update(_cards([row], {})[0], down=True)
    return render(request, "goals/page.html", context, status=400 if form else 200)


def _drivers(request: ViewerRequest, row: Objective, line: dict[str, Any]) -> list[dict[str, Any]]:
    if line["tone"] not in ("warn", "bad"):
        return []
    return words.branches(queries.drivers(row, line["track"], request.viewer), line["unit"])


@needs(rights.GOALS)
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    today = clock.day_of(clock.now(), brand_zone())
    first = queries.monday(today)
    form = _form(request, {"first": first, "last": first + QUARTER, "owner": request.viewer.operator_id})
    if row := tried(form, lambda: actions.set_goal(request.viewer, form.wish())):
        messages.success(request, _("The goal is set. Now say by which figures it is measured."))
        return redirect("goals:page", row.pk)
    return render(request, "goals/edit.html", {"form": form}, status=400 if form.errors else 200)


@needs(rights.GOALS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, goal_id: int) -> HttpResponse:
    row = queries.access_objective(request.viewer, goal_id, change=True)
    names = ("title", "first", "last")
    initial = {name: getattr(row, name) for name in names}
    form = _form(
        request, {**initial, "community": row.community_id, "segment": row.segment, "owner": row.owner_id}
    )
    if tried(form, lambda: actions.change(request.viewer, goal_id, form.wish())):
        messages.success(request, _("Saved."))
        return redirect("goals:page", goal_id)
    context = {"form": form, "goal": row}
    return render(request, "goals/edit.html", context, status=400 if form.errors else 200)


@needs(rights.GOALS)
@require_POST
def add(request: ViewerRequest, goal_id: int) -> HttpResponse:
    row = queries.access_objective(request.viewer, goal_id, change=True)
    form = forms.ResultForm(request.POST)
    if tried(form, lambda: actions.add_result(request.viewer, goal_id, form.result())):
        messages.success(request, _("Added. Its baseline is frozen."))
        return redirect("goals:page", goal_id)
    return _page(request, row, form)


@needs(rights.GOALS)
@require_POST
def retarget(request: ViewerRequest, goal_id: int, result_id: int) -> HttpResponse:
    queries.access_objective(request.viewer, goal_id, change=True)
    try:
        target = float(request.POST.get("target", ""))
    except ValueError:
        raise WeiluError(_("The target must be a number.")) from None
    actions.retarget(request.viewer, goal_id, result_id, target)
    messages.success(request, _("Saved. The baseline stays; the audit trail keeps both targets."))
    return redirect("goals:page", goal_id)


@needs(rights.GOALS)
@require_POST
def drop(request: ViewerRequest, goal_id: int, result_id: int) -> HttpResponse:
    actions.remove_result(request.viewer, goal_id, result_id)
    messages.success(request, _("The key result is gone."))
    return redirect("goals:page", goal_id)


@needs(rights.GOALS)
@require_POST
def close(request: ViewerRequest, goal_id: int) -> HttpResponse:
    actions.close(request.viewer, goal_id, request.POST.get("closing", ""))
    messages.success(request, _("Closed. Its figures stand still."))
    return redirect("goals:page", goal_id)


@needs(rights.GOALS)
@require_POST
def reopen(request: ViewerRequest, goal_id: int) -> HttpResponse:
    actions.reopen(request.viewer, goal_id)
    messages.success(request, _("It runs again."))
    return redirect("goals:page", goal_id)


@needs(rights.GOALS)
@require_POST
def remove(request: ViewerRequest, goal_id: int) -> HttpResponse:
    actions.remove(request.viewer, goal_id)
    messages.success(request, _("The goal is gone."))
    return redirect("goals:list")


def _form(request: ViewerRequest, initial: dict[str, Any]) -> forms.GoalForm:
    places = scopes(request.viewer, rights.GOALS)
    if not places:
        raise missing()
    owners = {one.pk: one for key, _name in places for one in hands(int(key) if key else None)}
    return forms.GoalForm(
        request.POST or None,
        initial=initial,
        scopes=places,
        segments=segments.choices(request.viewer),
        owners=list(owners.values()),
    )
