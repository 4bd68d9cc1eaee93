"""The list of tags by group, one tag with who carries it and what uses it, and its form."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core.decisions.models import Decision
from weilu.core.directory.queries import places
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, missing, needs, visible_communities
from weilu.core.operators.forms import tried
from weilu.members import when
from weilu.members.segments.queries import may, sees, segments, words
from weilu.members.tags import counting, queries
from weilu.members.tags.actions import catalogue as actions
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.decisions import GIVEN, TAKEN
from weilu.members.tags.forms import TagForm
from weilu.members.tags.models import Tag

CHANGES = 10


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """All tags by group, with how many carry each."""
    rows = queries.tags(request.viewer)
    moment = when.asked(request.GET.dict())
    context: dict[str, Any] = {"can_edit": request.viewer.can(rights.EDIT_MEMBERS)}
    try:
        counted = counting.counts(request.viewer, rows, moment)
    except Unavailable:
        counted, context["down"] = None, True
    lines = [
        (row, _rule(row), None if counted is None else counted[row.pk], names)
        for row, names in zip(rows, places([row.places for row in rows]), strict=True)
    ]
    context["groups"] = [(group, list(some)) for group, some in groupby(lines, lambda line: line[0].group)]
    context["changes"] = _changes(request.viewer, rows)
    return render(request, "tags/list.html", context)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, tag_id: int) -> HttpResponse:
    row = queries.access_tag(request.viewer, tag_id)
    context: dict[str, Any] = {"tag": row, "rule": _rule(row), "places": places([row.places])[0]}
    users = queries.used_by(row)
    context |= {"used": bool(users), "may": queries.may_define(request.viewer, row)}
    context["problem"] = queries.problem(request.viewer, row)
    context["used_by"] = [one for one in users if sees(request.viewer, one)]
    context |= {
        "changes": _changes(request.viewer, [row]),
        "can_edit": request.viewer.can(rights.EDIT_MEMBERS),
    }
    context["segments"] = [] if row.dynamic else segments(request.viewer)
    try:
        context["count"] = counting.counts(request.viewer, [row])[row.pk]
    except Unavailable:
        context["down"] = True
    return render(request, "tags/page.html", context)


@needs(rights.EDIT_MEMBERS)
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    return _form(request, None)


@needs(rights.EDIT_MEMBERS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, tag_id: int) -> HttpResponse:
    row = queries.access_tag(request.viewer, tag_id)
    if not queries.may_define(request.viewer, row):
        raise missing()
    return _form(request, row)


@needs(rights.EDIT_MEMBERS)
@require_POST
def remove(request: ViewerRequest, tag_id: int) -> HttpResponse:
    row = queries.access_tag(request.viewer, tag_id)
    if not queries.may_define(request.viewer, row):
        raise missing()
    actions.remove(request.viewer, row)
    messages.success(request, _("The tag is gone, with its history."))
    return redirect("tags:list")


def _form(request: ViewerRequest, row: Tag | None) -> HttpResponse:
    viewer = request.viewer
    live = [
        one
        for one in segments(viewer)
        if not one.snapshot and may(viewer, one.communities, rights.EDIT_MEMBERS)
    ]
    mine = [one for one in visible_communities(viewer) if viewer.can(rights.EDIT_MEMBERS, one.pk)]
    form = TagForm(request.POST or None, segments=live, places=mine, row=row, initial=_initial(request, row))
    if saved := tried(form, lambda: _saved(viewer, row, form.wish())):
        messages.success(request, _("Saved."))
        return redirect("tags:page", saved.pk)
    return render(request, "tags/edit.html", {"tag": row, "form": form}, status=400 if form.is_bound else 200)


def _saved(viewer: Viewer, row: Tag | None, wish: Wish) -> Tag:
    return actions.change(viewer, row, wish) if row else actions.create(viewer, wish)


def _initial(request: ViewerRequest, row: Tag | None) -> dict[str, Any]:
    if row is None:
        mine = request.viewer.communities
        return {
            "segment": number(request.GET.get("segment")) or None,
            "keep_days": 30,
            "communities": [] if mine is None else sorted(mine),
        }
    names = ("name", "group", "colour", "note", "keep_days", "communities")
    return {name: getattr(row, name) for name in names} | {"segment": row.segment_id}


def _rule(row: Tag) -> str:
    return words(row.segment) if row.segment else ""


def _changes(viewer: Viewer, rows: list[Tag]) -> list[dict[str, Any]]:
    """The newest changes of many that the viewer made, or sees as one who may change everybody."""
    named = {row.pk: row for row in rows}
    found = Decision.objects.filter(
        kind__in=(GIVEN, TAKEN), subject_type="tag", subject_id__in=list(named), undoes=None
    )
    if viewer.where(rights.EDIT_MEMBERS) is not None:
        found = found.filter(by=viewer.operator_id)
    shown = list(found.select_related("undone_by").order_by("-pk")[:CHANGES])
    return [
        {
            "decision": one,
            "tag": named[one.subject_id],
            "given": one.kind == GIVEN,
            "members": one.evidence.get("members", 0),
            "undone": hasattr(one, "undone_by"),
        }
        for one in shown
    ]
