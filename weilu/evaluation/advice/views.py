"""Pages of advice: what is advised, one piece of it with its evidence, what was decided and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weilu.communities.queries import feed
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, member_names, zone_of
from weilu.core.errors import Unavailable
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_community, missing, needs, visible_communities
from weilu.evaluation.advice import actions, effects, queries, rules, words
from weilu.evaluation.advice import gather as showing
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.models import Decided
from weilu.evaluation.advice.shapes import Advice
from weilu.evaluation.diagnosis import gather
from weilu.evaluation.explorer.fields import address
from weilu.evaluation.reports import wording

PAGE, SHOWN = 30, 200
TOP = 4
"""So much advice on the page of today."""


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """What is advised in all communities that this operator sees, the strongest first; or what was decided."""
    if request.GET.get("show") == "decided":
        return _decided_ones(request)
    context: dict[str, Any] = {}
    try:
        context["rows"] = [
            (community, words.said(community.pk, one)) for community, one in _strongest(request)
        ]
    except Unavailable:
        context["down"] = True
    return render(request, "advice/list.html", context)


@needs(rights.VIEW)
@require_safe
def top(request: ViewerRequest) -> HttpResponse:
    """For the page of today, which fetches it: the strongest few, no two of a kind, each with the button that makes its task for
    whoever may."""
    context: dict[str, Any] = {}
    try:
        found, first = _strongest(request), dict[str, tuple[Community, Advice]]()
        for community, one in found:
            first.setdefault(one.rule, (community, one))
        context["rows"] = [
            (community, words.said(community.pk, one), request.viewer.can(rights.EDIT_MEMBERS, community.pk))
            for community, one in list(first.values())[:TOP]
        ]
        context["rest"] = len(found) - len(context["rows"])
    except Unavailable:
        context["down"] = True
    return render(request, "advice/_top.html", context)


def _strongest(request: ViewerRequest) -> list[tuple[Community, Advice]]:
    communities = list(visible_communities(request.viewer))
    found = queries.advised(request.viewer, communities, gather.present()) if communities else {}
    rows = [(community, one) for community in communities for one in found[community.pk]]
    return sorted(rows, key=lambda row: -row[1].strength)


def _decided_ones(request: ViewerRequest) -> HttpResponse:
    rows = Paginator(queries.decided(request.viewer), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"show": "decided", "page": rows}
    try:
        came = queries.came_of(request.viewer, list(rows))
        brand = brand_zone()
        context["decided"] = [_told(row, came[row.pk], brand) for row in rows]
    except Unavailable:
        context.update(down=True, decided=[])
    return render(request, "advice/list.html", context)


def _told(row: Decided, effect: Effect | None, brand: str = "") -> dict[str, Any]:
    sentence, evidence = words.was_said(row.rule, row.numbers)
    return {
        "row": row,
        "zone": zone_of(row.community, brand),
        "name": words.NAMES.get(row.rule, row.rule),
        "sentence": sentence,
        "evidence": evidence,
        "effect": words.came_of_it(row.rule, effect, wording.day(row.last)),
        "tone": words.TONES.get(effect.verdict, "churned") if effect else "churned",
    }


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, community_id: int, rule: str) -> HttpResponse:
    """One piece of advice: what shows it, whom it is about, what would be made of it. Nothing is kept or sent by looking."""
    community = access_community(request.viewer, community_id)
    return _page(request, community, rule)


def _page(request: ViewerRequest, community: Community, rule: str, error: str = "") -> HttpResponse:
    advice = queries.find(request.viewer, community, rule, gather.present())
    if advice is None:
        raise missing()
    held = queries.drawn(request.viewer, community, advice)
    context = {
        "community": community,
        "told": words.said(community.pk, advice),
        "rule": rules.rule(rule),
        "may": request.viewer.can(rights.EDIT_MEMBERS, community.pk),
        "held": len(held),
        "meant": len(advice.members) - len(held),
        "percent": effects.HELD_PERCENT,
        "least": effects.LEAST,
        "test": words.TEST,
        "error": error,
        "shown": SHOWN,
        "asked": [
            (f"{wording.day(span.first)} – {wording.day(span.last)}", address(question))
            for span, question in showing.shown_by(rule, community, gather.present())
        ],
        **_behind(advice, community),
    }
    return render(request, "advice/page.html", context, status=400 if error else 200)


def _behind(advice: Advice, community: Community) -> dict[str, Any]:
    return {
        "people": _named(advice.members[:SHOWN]),
        "happened": feed.in_order(advice.positions[:SHOWN], {community.pk}),
        "total": len(advice.members) + len(advice.positions),
    }


def _named(members: Any) -> list[tuple[int, str]]:
    names = member_names(members)
    return [(one, names.get(one) or f"#{one}") for one in members]


@needs(rights.EDIT_MEMBERS)
@require_POST
def take(request: ViewerRequest, community_id: int, rule: str) -> HttpResponse:
    """One click makes a task, or a segment."""
    if request.POST.get("make") == "segment":
        row = actions.make_segment(request.viewer, community_id, rule)
        messages.success(request, _("The segment is made. Nobody was written to."))
    else:
        row = actions.make_task(request.viewer, community_id, rule)
        messages.success(request, _("The task is yours, for the next seven days."))
    return redirect("advice:decided", row.pk)


@needs(rights.EDIT_MEMBERS)
@require_POST
def dismiss(request: ViewerRequest, community_id: int, rule: str) -> HttpResponse:
    """Not this time, and why."""
    community = access_community(request.viewer, community_id, rights.EDIT_MEMBERS)
    reason = request.POST.get("reason", "")
    if not reason.strip():
        return _page(request, community, rule, _("Say why: it helps whoever reads it next."))
    actions.dismiss(request.viewer, community.pk, rule, reason)
    messages.success(request, _("Turned down. It is quiet for 90 days."))
    return redirect("advice:list")


@needs(rights.VIEW)
@require_safe
def decided(request: ViewerRequest, decided_id: int) -> HttpResponse:
    """What was decided, for whom, who was left out, and what came of it."""
    row = queries.access_decided(request.viewer, decided_id)
    context: dict[str, Any] = {
        "row": row,
        "community": row.community,
        "zone": zone_of(row.community),
        "test": words.TEST,
    }
    try:
        context.update(_told(row, queries.effect(request.viewer, row)))
    except Unavailable:
        sentence, evidence = words.was_said(row.rule, row.numbers)
        context.update(
            down=True, sentence=sentence, evidence=evidence, name=words.NAMES.get(row.rule, row.rule)
        )
    rule = rules.rule(row.rule)
    context.update(
        people=_named(row.meant[:SHOWN]),
        held=_named(row.held[:SHOWN]),
        about_people=bool(rule and rule.people),
    )
    return render(request, "advice/decided.html", context)
