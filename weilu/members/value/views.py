"""Pages of value: how many stand where, the weights with a preview of who would move, the events behind a factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import (
    Viewer,
    ViewerRequest,
    access_community,
    access_member,
    needs,
    visible_communities,
)
from weilu.core.warehouse import questions
from weilu.core.warehouse.links import behind as people_behind
from weilu.members import when
from weilu.members.queries import person as reading
from weilu.members.queries.names import names
from weilu.members.value import actions, cards, queries, rules, scales, words
from weilu.members.value.forms import ScaleForm, initial
from weilu.members.value.models import ValueVersion
from weilu.members.value.scoring import scores
from weilu.members.views.member import by_day
from weilu.members.when import When

TOP = 20


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """Bands with how many stand in each, and who is worth most, of the brand or of one community."""
    viewer, moment = request.viewer, when.present()
    community = _chosen(request)
    context: dict[str, Any] = {"communities": visible_communities(viewer), "community": community}
    context |= {"whole": viewer.communities is None, "can_edit": viewer.can(rights.SETTINGS)}
    context["weights"] = _weights()
    if community is not None or viewer.communities is None:
        try:
            context |= _standing(viewer, community, moment)
        except Unavailable:
            context["down"] = True
    return render(request, "value/list.html", context)


def _chosen(request: ViewerRequest) -> Community | None:
    """The community asked for; who does not see the brand gets the first of theirs."""
    wanted = number(request.GET.get("community"))
    if wanted:
        return access_community(request.viewer, wanted)
    return (
        None if request.viewer.communities is None else next(iter(visible_communities(request.viewer)), None)
    )


def _standing(viewer: Viewer, community: Community | None, moment: When) -> dict[str, Any]:
    places = {} if community is None else {"communities": [community.pk]}
    asked = {name: {"kind": "segment", "rule": queries.rule_of_band(name), **places} for name in rules.BANDS}
    answers = questions.ask_many(list(asked.values()), viewer)
    bands = [
        {"slug": name, "word": words.BAND_WORDS[name], "style": words.BAND_STYLES[name], "from": rules.BANDS[name],
         "count": answer.rows[0][0], "href": people_behind(asked[name])}
        for name, answer in zip(asked, answers, strict=True)
    ]  # fmt: skip
    scope = community.pk if community else 0
    best = sorted(scores([scope], moment), key=lambda one: (-one[1], one[0]))[:TOP]
    called = names([who for who, _score in best])
    return {"bands": bands, "best": [(who, called[who], score, rules.band(score)) for who, score in best]}


def _weights() -> list[tuple[object, object, int]]:
    scale = scales.current()
    return [(words.FACTOR_WORDS[one], words.MEANINGS[one], scale.weights[one]) for one in rules.FACTORS]


@needs(rights.SETTINGS)
@require_http_methods(["GET", "POST"])
def weights(request: ViewerRequest) -> HttpResponse:
    """The form; `preview` shows who would move, `save` changes the weights from this week on."""
    form = ScaleForm(request.POST or None, initial=initial(scales.current()))
    if form.is_bound and form.is_valid() and request.POST.get("act") == "save":
        actions.change(request.viewer, form.scale())
        messages.success(
            request, _("Saved. Scores follow within a minute; weeks before stay as they were told.")
        )
        return redirect("value:list")
    rows = reversed(ValueVersion.objects.all())
    context: dict[str, Any] = {
        "form": form,
        "zone": brand_zone(),
        "history": [(row, scales.of(row)) for row in rows],
    }
    if form.is_bound and form.is_valid():
        try:
            context["preview"] = _told(queries.preview(form.scale()))
        except Unavailable:
            context["down"] = True
    if "HX-Request" in request.headers:  # with 400 the page would go on showing the preview before
        return render(request, "value/_preview.html", context)
    return render(request, "value/weights.html", context, status=400 if form.errors else 200)


def _told(found: queries.Preview) -> dict[str, Any]:
    moving = [
        {"was": words.BAND_WORDS[one.was], "now": words.BAND_WORDS[one.now], "was_style": words.BAND_STYLES[one.was],
         "now_style": words.BAND_STYLES[one.now], "count": one.count, "members": one.members, "rest": one.rest}
        for one in found.moving
    ]  # fmt: skip
    return {"members": found.members, "changed": found.changed, "total": found.total, "moving": moving}


@needs(rights.VIEW)
@require_safe
def card(request: ViewerRequest, member_id: int) -> HttpResponse:
    """A member's value as a fragment, fetched when seen; opened as a page of its own it leads to the member's page."""
    member = access_member(request.viewer, member_id)
    if "HX-Request" not in request.headers:
        return redirect(f"{reverse('members:page', args=[member.pk])}?value=1#value")
    moment = when.asked(request.GET.dict())
    one = reading.person(request.viewer, member.pk, moment, member.name)
    whole = [0] if request.viewer.communities is None else []
    scopes = [*whole, *(membership.community.pk for membership in one.memberships)]
    told = cards.of_member(scopes=scopes, member=one.id, moment=moment)
    return render(request, "value/_member.html", {"person": one, "when": moment, "value": told})


@needs(rights.VIEW)
@require_safe
def behind(request: ViewerRequest, member_id: int, scope: int, factor: str) -> HttpResponse:
    """The events that one factor of value was made from."""
    member = access_member(request.viewer, member_id)
    moment = when.asked(request.GET.dict())
    one = reading.person(request.viewer, member.pk, moment, member.name)
    page = number(request.GET.get("page")) or 1
    found = queries.evidence(request.viewer, one, scope, factor, moment, page)
    context = {"person": one, "when": moment, "found": found, "days": by_day(found.items, moment.zone)}
    context |= {"title": words.FACTOR_WORDS[factor], "meaning": words.MEANINGS[factor]}
    return render(request, "members/behind.html", context)
