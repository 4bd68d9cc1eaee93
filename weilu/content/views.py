"""Pages of tracked links: the list with what came of each, one link with its figures, its forms and its QR code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.communities.queries import window
from weilu.communities.queries.charts import long_day, short_day
from weilu.communities.spans import LENGTHS
from weilu.content import actions, forms, queries
from weilu.content.models import Link
from weilu.core import clock
from weilu.core.directory.queries import zone_of
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, missing, needs, scopes
from weilu.core.operators.forms import tried
from weilu.core.typed import sought
from weilu.members.queries.names import names

PAGE = 50
DAYS = 28


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """Links that lead on, or those of the archive."""
    archived = request.GET.get("show") == "archived"
    rows = Paginator(queries.links(request.viewer, archived=archived), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"archived": archived, "rows": rows, "may": bool(_places(request))}
    span = window.last_days(DAYS)
    try:
        lines = queries.lines(list(rows), span, request.viewer)
    except Unavailable:
        nothing = queries.Count()
        lines, context["down"] = [queries.Line(row, nothing, nothing, ()) for row in rows], True
    context["lines"] = [
        {"line": line, "link": line.row, "over": _over(line.row, span.timezone)} for line in lines
    ]
    return render(request, "content/list.html", context)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, link_id: int) -> HttpResponse:
    row = queries.access_link(request.viewer, link_id)
    span = window.of_page(request.GET, [], zone_of(row.community))
    asked = number(request.GET.get("within", ""))
    within = asked if asked in queries.WITHIN else queries.USUAL_WITHIN
    context: dict[str, Any] = {
        "link": row, "address": queries.address(row), "span": span, "lengths": LENGTHS, "within": within,
        "withins": queries.WITHIN, "may": queries.may(request.viewer, row.community_id), "over": _over(row),
    }  # fmt: skip
    try:
        found = queries.figures(row, span, within, request.viewer)
        context.update(
            figures=_cards(found), trend=_trend(found), hours=_heat(found), previews=found.previews
        )
        context.update(_addresses(request, row))
    except Unavailable:
        context["down"] = True
    return render(request, "content/page.html", context)


def _cards(found: queries.Figures) -> list[dict[str, Any]]:
    told = (
        (_("Clicks"), found.clicks, "events"),
        (_("People"), found.people, "people"),
        (_("Passed on"), found.forwards, "events"),
        (_("Joined afterwards"), found.joins, "events"),
        (_("Orders afterwards"), found.orders, "events"),
    )
    definitions = (
        _(
            "Clicks of one person on this link within the same ten seconds are one. Bots and previews are not among them."
        ),
        _(
            "Members by an address of their own, and browsers that nobody knows; each once. Who clears cookies is somebody new."
        ),
        _("Somebody other than whoever opened a member’s own address first came by it; each of them once."),
        _(
            "Joinings of members who had clicked at most so many days before, in all communities that you see."
        ),
        _(
            "Orders paid by members who had clicked at most so many days before, in all communities that you see."
        ),
    )
    return [
        {"label": label, "value": one.value, "unit": unit, "href": one.href, "definition": definition}
        for (label, one, unit), definition in zip(told, definitions, strict=True)
    ]


def _trend(found: queries.Figures) -> dict[str, Any]:
    return {
        "labels": [short_day(day) for day, _count in found.days],
        "titles": [long_day(day) for day, _count in found.days],
        "unit": "events",
        "series": [
            {
                "name": _("Clicks"),
                "points": [{"value": one.value, "href": one.href} for _day, one in found.days],
            }
        ],
    }


def _heat(found: queries.Figures) -> dict[str, Any]:
    return {"cells": list(found.hours), "timezone": found.timezone, "unit": "events"}


def _addresses(request: ViewerRequest, row: Link) -> dict[str, Any]:
    """The link's addresses for the members of its community who are called like what was typed."""
    words = sought(request.GET.get("who"))
    if not words or not queries.may(request.viewer, row.community_id):
        return {}
    found = queries.addresses_of(row, words)
    shown = names([member for member, _address in found])
    return {
        "who": words,
        "addresses": [{"member": one, "name": shown[one], "address": address} for one, address in found],
    }


@needs(rights.CONTENT)
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    form = _form(request, {})
    if row := tried(form, lambda: actions.create(request.viewer, form.wish())):
        messages.success(request, _("The link works. Copy its address, or take the QR code along."))
        return redirect("links:page", row.pk)
    return _edit(request, form)


@needs(rights.CONTENT)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, link_id: int) -> HttpResponse:
    row = queries.access_link(request.viewer, link_id, change=True)
    fields = ("name", "target", "kind", "column", "last")
    initial = {name: getattr(row, name) for name in fields} | {"community": row.community_id}
    form = _form(request, initial, fixed=True)
    if tried(form, lambda: actions.change(request.viewer, link_id, form.wish())):
        messages.success(request, _("Saved. Its address stays the same."))
        return redirect("links:page", link_id)
    return _edit(request, form, row)


def _edit(request: ViewerRequest, form: forms.LinkForm, row: Link | None = None) -> HttpResponse:
    context = {"form": form, "link": row, "in_use": queries.labels(request.viewer)}
    return render(request, "content/edit.html", context, status=400 if form.errors else 200)


@needs(rights.CONTENT)
@require_POST
def archive(request: ViewerRequest, link_id: int) -> HttpResponse:
    actions.archive(request.viewer, link_id)
    messages.success(
        request, _("Archived. Whoever opens it reads that it is no longer valid; its figures stay.")
    )
    return redirect("links:page", link_id)


@needs(rights.CONTENT)
@require_POST
def restore(request: ViewerRequest, link_id: int) -> HttpResponse:
    actions.restore(request.viewer, link_id)
    messages.success(request, _("It leads on again."))
    return redirect("links:page", link_id)


@needs(rights.VIEW)
@require_safe
def qr_svg(request: ViewerRequest, link_id: int) -> HttpResponse:
    return _picture(request, link_id, "svg", "image/svg+xml")


@needs(rights.VIEW)
@require_safe
def qr_png(request: ViewerRequest, link_id: int) -> HttpResponse:
    return _picture(request, link_id, "png", "image/png")


def _picture(request: ViewerRequest, link_id: int, kind: str, media: str) -> HttpResponse:
    row = queries.access_link(request.viewer, link_id)
    answer = HttpResponse(queries.picture(row, kind), content_type=media)
    if "download" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="link-{row.code}.{kind}"'
    return answer


def _over(row: Link, brand: str = "") -> bool:
    end = queries.ends(row, brand)
    return end is not None and clock.now_ms() >= end


def _places(request: ViewerRequest) -> list[tuple[str, str]]:
    return [one for one in scopes(request.viewer, rights.CONTENT) if one[0]]


def _form(request: ViewerRequest, initial: dict[str, Any], *, fixed: bool = False) -> forms.LinkForm:
    places = _places(request)
    if not places:
        raise missing()
    return forms.LinkForm(request.POST or None, initial=initial, scopes=places, fixed=fixed)
