"""Pages of diagnosis: all communities with what ails them, one of them with its team, who or what stands behind a finding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weilu.communities import spans
from weilu.communities.queries import feed
from weilu.communities.spans import Span
from weilu.core.directory.queries import member_names
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_community, missing, needs, visible_communities
from weilu.evaluation.diagnosis import actions, gather, queries, words

PAGE = 50


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """All communities that this operator sees: the sick first, then those in which nothing was found."""
    communities = list(visible_communities(request.viewer))
    at = _span(request)
    context: dict[str, Any] = {"communities": communities, "span": at, "rules": words.all_rules()}
    try:
        found = queries.diagnose(request.viewer, [one.pk for one in communities], at) if communities else {}
        rows = [(one, _said(found[one.pk], at)) for one in communities]
        context["sick"] = sorted(
            ((one, told) for one, told in rows if told),
            key=lambda row: -found[row[0].pk].findings[0].strength,
        )
        context["well"] = [one for one, told in rows if not told]
    except Unavailable:
        context["down"] = True
    return render(request, "diagnosis/list.html", context)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, community_id: int) -> HttpResponse:
    """One community: what ails it, the rules with their numbers, and who speaks for the brand."""
    community = access_community(request.viewer, community_id)
    at = _span(request)
    context: dict[str, Any] = {
        "community": community, "span": at, "rules": words.all_rules(), "may": request.viewer.can(rights.EDIT_MEMBERS, community.pk)
    }  # fmt: skip
    try:
        found = queries.diagnose(request.viewer, [community.pk], at)[community.pk]
        context["findings"] = _said(found, at)
        context["team"] = queries.team(found.facts)
        context["loudest"] = queries.loudest(found.facts)
        context["ailing"] = {one.rule for one in found.findings}
    except Unavailable:
        context["down"] = True
    return render(request, "diagnosis/page.html", context)


@needs(rights.VIEW)
@require_safe
def finding(request: ViewerRequest, community_id: int, rule: str) -> HttpResponse:
    """Exactly the people or messages behind a finding; missing where it is not found (any longer)."""
    community = access_community(request.viewer, community_id)
    at = _span(request)
    diagnosis = queries.diagnose(request.viewer, [community.pk], at)[community.pk]
    found = diagnosis.finding(rule)
    if found is None or not found.behind:
        raise missing()
    shown = number(request.GET.get("page")) or 1
    part = slice((shown - 1) * PAGE, shown * PAGE)
    names = member_names(found.members[part])
    context = {
        "before": shown - 1,
        "after": shown + 1 if shown * PAGE < found.behind else 0,
        "community": community,
        "span": at,
        "told": words.said(diagnosis.facts, found, _as_of(at)),
        "total": found.behind,
        "people": [(one, names.get(one) or f"#{one}") for one in found.members[part]],
        "happened": feed.in_order(found.positions[part], {community.pk}),
    }
    return render(request, "diagnosis/behind.html", context)


@needs(rights.EDIT_MEMBERS)
@require_POST
def team(request: ViewerRequest, community_id: int, member_id: int) -> HttpResponse:
    """An operator says whether somebody speaks for the brand."""
    community = access_community(request.viewer, community_id, rights.EDIT_MEMBERS)
    ours = {"yes": True, "no": False}.get(request.POST.get("ours", ""))
    if ours is None:
        raise WeiluError(_("Say whether it is the team’s: yes or no."))
    actions.say(request.viewer, member_id, ours)
    messages.success(request, _("Noted, for all communities. What it changes is worked out anew."))
    return redirect("diagnosis:page", community.pk)


def _span(request: ViewerRequest) -> Span:
    return gather.on_day(spans.asked(None, request.GET.get("as_of"), None).as_of)


def _said(found: queries.Diagnosis, at: Span) -> list[words.Said]:
    return [words.said(found.facts, one, _as_of(at)) for one in found.findings]


def _as_of(at: Span) -> str:
    """Of the address behind a finding, where a past day is looked at."""
    return at.as_of.isoformat() if at.as_of and not at.quiet else ""
