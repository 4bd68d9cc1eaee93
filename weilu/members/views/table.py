"""The members table: filter, order, saved views, acts on many, export; and the list of moves."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from weilu.core import clock
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import (
    Viewer,
    ViewerRequest,
    access_community,
    demand,
    holds,
    needs,
    visible_communities,
)
from weilu.core.segments.people import MEMBERS
from weilu.members import actions, when
from weilu.members.exporting import as_csv
from weilu.members.forms import filter_of
from weilu.members.models import SavedView
from weilu.members.queries import names
from weilu.members.queries.moves import moves as moves_between
from weilu.members.queries.table import CHOICES, Filter, listing, matching, query_of, scopes_of
from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES
from weilu.members.segments.queries import segments
from weilu.members.segments.views import prefilled
from weilu.members.tags.queries import tags

WORDS = {
    "name": _("Member"),
    "state": _("State"),
    "tier": _("Tier"),
    "score": _("Influence"),
    "value": _("Member value"),
    "communities": _("Communities"),
    "messages": _("Messages"),
    "first": _("Here since"),
    "last": _("Last active"),
}
NUMBERS = ("score", "value", "communities", "messages")
MOVES_SHOWN = 200


@needs(rights.VIEW)
def index(request: ViewerRequest) -> HttpResponse:
    """The table. Asked for by htmx, only its fragment."""
    chosen = {"columns": ",".join(request.GET.getlist("column"))} if "column" in request.GET else {}
    asked, moment = filter_of({**request.GET.dict(), **chosen}), when.asked(request.GET.dict())
    if asked.community is not None:
        access_community(request.viewer, asked.community)
    context = _context(request, asked, moment)
    try:
        context["listing"] = listing(request.viewer, asked, moment)
    except Unavailable:
        context["down"] = True
    fragment = request.headers.get("HX-Target") == "members"
    return render(request, "members/_table.html" if fragment else "members/list.html", context)


def _context(request: ViewerRequest, asked: Filter, moment: when.When) -> dict[str, Any]:
    query = _kept(request.GET, query_of(asked))
    communities = visible_communities(request.viewer)
    return {
        "asked": asked,
        "when": moment,
        "query": urlencode(query),
        "heads": [_head(name, asked, query) for name in ("name", *asked.columns)],
        "communities": communities,
        "simulated": any(one.simulated for one in communities),
        "sources": any(one.tracked for one in communities),
        "states": STATES,
        "tiers": TIERS,
        "segments": segments(request.viewer),
        "tags": tags(request.viewer),
        "choices": [(name, WORDS[name], name in asked.columns) for name in CHOICES],
        "views": SavedView.objects.filter(operator_id=request.viewer.operator_id or 0).order_by("name"),
        "can_export": request.viewer.can(rights.EXPORT_MEMBERS),
        "can_say_bot": holds(request.viewer, rights.EDIT_MEMBERS, None),
        "can_merge": request.viewer.can(rights.EDIT_MEMBERS),
    }


def _kept(given: QueryDict, query: dict[str, str]) -> dict[str, str]:
    return {**query, **{name: str(given[name]) for name in ("as_of", "known") if given.get(name)}}


def _head(name: str, asked: Filter, query: dict[str, str]) -> dict[str, Any]:
    """A column's head is a link that sorts by it, or turns the order round."""
    mine = asked.sort == name
    falling = not asked.descending if mine else name != "name"
    link = urlencode({**query, "sort": name, "order": "down" if falling else "up"})
    order = ("descending" if asked.descending else "ascending") if mine else ""
    return {"name": name, "word": WORDS[name], "href": f"?{link}", "order": order, "number": name in NUMBERS}


@require_POST
@needs(rights.VIEW)
def bulk(request: ViewerRequest) -> HttpResponseBase:
    """Acts on the ticked members, or on all that match: export, or merge where exactly two are ticked."""
    query = QueryDict(request.POST.get("query", ""))
    asked, moment = filter_of(query.dict()), when.asked(query.dict())
    if asked.community is not None:
        access_community(request.viewer, asked.community)
    ticked = [number(text) for text in request.POST.getlist("id")]
    only = None if request.POST.get("all") else ticked
    if request.POST.get("act") == "merge":
        return _to_merge(request, query, only)
    if only == []:
        return _back(request, query, gettext("Tick the members first, or all that match."))
    if request.POST.get("act") == "segment":
        return _to_segment(request, asked, moment, only)
    return as_csv(request.viewer, asked, moment, only)


def _to_segment(
    request: ViewerRequest, asked: Filter, moment: when.When, ticked: list[int] | None
) -> HttpResponseBase:
    """The builder of a segment of exactly these people."""
    demand(request.viewer, rights.EDIT_MEMBERS)
    ids = (
        matching(request.viewer, asked, moment)["person"].tolist() if ticked is None else sorted(set(ticked))
    )
    return prefilled(request, {MEMBERS: ids})


def _to_merge(request: ViewerRequest, query: QueryDict, ticked: list[int] | None) -> HttpResponse:
    if ticked is None or len(set(ticked)) != 2:
        return _back(request, query, gettext("Tick exactly two members to merge them."))
    keep, other = sorted(set(ticked))
    return redirect(f"{reverse('members:merge', args=[keep])}?other={other}")


def _back(request: ViewerRequest, query: QueryDict, sentence: str) -> HttpResponse:
    """To the list as it was, which says what is missing."""
    messages.warning(request, sentence)
    return redirect(f"{reverse('members:list')}?{query.urlencode()}")


@require_POST
@needs(rights.VIEW)
def save_view(request: ViewerRequest) -> HttpResponse:
    """Keeps the filter under a name and returns to it."""
    query = QueryDict(request.POST.get("query", ""))
    kept = urlencode(query_of(filter_of(query.dict())))
    actions.save_view(request.viewer, request.POST.get("name", ""), kept)
    messages.success(request, gettext("The view is kept."))
    return redirect(f"{reverse('members:list')}?{kept}")


@require_POST
@needs(rights.VIEW)
def remove_view(request: ViewerRequest, view_id: int) -> HttpResponse:
    """Forgets one of the operator's own views."""
    actions.remove_view(request.viewer, view_id)
    return redirect("members:list")


@needs(rights.VIEW)
def moves(request: ViewerRequest) -> HttpResponse:
    """Who moved from which state to which, between two days."""
    query, moment = request.GET.dict(), when.asked(request.GET.dict())
    asked = filter_of({name: query[name] for name in ("community",) if query.get(name)})
    if asked.community is not None:
        access_community(request.viewer, asked.community)
    until = when.day(query.get("until")) or clock.day_of(
        clock.from_ms((moment.before - 1) * 1000), moment.zone
    )
    since = when.day(query.get("since")) or until - dt.timedelta(days=27)
    was, now = (text if (text := query.get(name)) in ("", *STATES) else None for name in ("was", "now"))
    context: dict[str, Any] = {"since": since, "until": until, "was": was, "now": now, "asked": asked}
    context |= {"communities": visible_communities(request.viewer), "states": STATES, "zone": moment.zone}
    try:
        context |= _moved(request.viewer, asked.community, since, until, moment, was, now)
    except Unavailable:
        context["down"] = True
    return render(request, "members/moves.html", context)


def _moved(
    viewer: Viewer,
    community: int | None,
    since: dt.date,
    until: dt.date,
    moment: when.When,
    was: str | None,
    now: str | None,
) -> dict[str, Any]:
    begin = clock.from_ms(when.start_of(since, moment.zone) * 1000)
    end = clock.from_ms(min(when.start_of(until + dt.timedelta(days=1), moment.zone), moment.before) * 1000)
    scopes = scopes_of(viewer, community)
    found = moves_between(viewer, begin, end, scopes=scopes, was=was, now=now, when=moment)
    called = names([one.member for one in found[-MOVES_SHOWN:]])
    places = {row.pk: str(row) for row in visible_communities(viewer)}
    shown = [(one, called[one.member], places.get(one.scope, "")) for one in reversed(found[-MOVES_SHOWN:])]
    return {"moves": shown, "total": len(found), "shown": len(shown)}
