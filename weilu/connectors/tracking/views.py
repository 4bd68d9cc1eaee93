"""Pages of sources: the list, one source with its key and what comes in, what was refused, what waits, and its settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.connectors.tracking import actions, forms, queries, snippets
from weilu.connectors.tracking.models import SeenEvent, Source
from weilu.connectors.tracking.reasons import sentence
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Unavailable
from weilu.core.events import queries as log
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs
from weilu.core.operators.forms import tried

SHOWN_HELD = 100
TYPES = {
    "number": gettext_lazy("number"),
    "yes/no": gettext_lazy("yes or no"),
    "word": gettext_lazy("word"),
    "text": gettext_lazy("text"),
    "trait": gettext_lazy("trait of the person"),
}


@needs(rights.SETTINGS)
@require_http_methods(["GET", "POST"])
def overview(request: ViewerRequest) -> HttpResponse:
    """The list; a new source leads to its page, where its key and the snippets stand."""
    form = forms.Fresh(request.POST or None)
    if row := tried(form, lambda: actions.add(request.viewer, form.cleaned_data["name"])):
        return redirect("tracking:page", row.pk)
    strays = [(row, sentence(row.reason)) for row in queries.refusals(0)]
    context = {"form": form, "sources": queries.sources(), "strays": strays, "timezone": brand_zone()}
    return render(request, "tracking/list.html", context, status=400 if form.errors else 200)


@needs(rights.SETTINGS)
@require_safe
def page(request: ViewerRequest, source: int) -> HttpResponse:
    """Key, snippets, and the live tail."""
    row = queries.access_source(request.viewer, source)
    actions.watch(row)
    told = {"snippets": snippets.snippets(_address(request), row.key), "address": _address(request)}
    return render(request, "tracking/page.html", _context(row, "page") | told | _crowd(row) | _tail(row))


@needs(rights.SETTINGS)
@require_safe
def tail(request: ViewerRequest, source: int) -> HttpResponse:
    """The part of the page that asks for itself every second."""
    row = queries.access_source(request.viewer, source)
    actions.watch(row)
    return render(request, "tracking/_tail.html", _context(row, "page") | _tail(row))


@needs(rights.SETTINGS)
@require_safe
def schema(request: ViewerRequest, source: int) -> HttpResponse:
    row = queries.access_source(request.viewer, source)
    seen = [(event, _properties(event)) for event in queries.schema(row)]
    return render(request, "tracking/schema.html", _context(row, "schema") | {"seen": seen})


@needs(rights.SETTINGS)
@require_safe
def waiting(request: ViewerRequest, source: int) -> HttpResponse:
    """What was refused, what waits since its clock is off, and who may be whom."""
    row = queries.access_source(request.viewer, source)
    told = {
        "refusals": [(one, sentence(one.reason)) for one in queries.refusals(row.pk)],
        "held": log.held(row.code, SHOWN_HELD),
        "links": queries.links_to_review(row),
    }
    return render(request, "tracking/waiting.html", _context(row, "waiting") | told)


@needs(rights.SETTINGS)
@require_POST
def judge(request: ViewerRequest, source: int) -> HttpResponse:
    """Let held events in or throw them away: one (`held`), or all that are shown."""
    row = queries.access_source(request.viewer, source)
    one = request.POST.get("held", "")
    numbers = [number(one)] if one else [held.number for held in log.held(row.code, SHOWN_HELD)]
    let_in = request.POST.get("do") == "let-in"
    done = actions.judge(request.viewer, row, numbers, let_in=let_in)
    said = _("%(n)d events are let in.") if let_in else _("%(n)d events are thrown away.")
    messages.success(request, said % {"n": done})
    return redirect("tracking:waiting", row.pk)


@needs(rights.SETTINGS)
@require_POST
def dismiss(request: ViewerRequest, source: int, link: int) -> HttpResponse:
    row = queries.access_source(request.viewer, source)
    actions.dismiss(request.viewer, row, link)
    return redirect("tracking:waiting", row.pk)


@needs(rights.SETTINGS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, source: int) -> HttpResponse:
    row = queries.access_source(request.viewer, source)
    form = forms.Settings(request.POST) if request.method == "POST" else forms.Settings.of(row)
    if tried(form, lambda: _changed(request, row, form)):
        messages.success(request, _("Saved. It works within a second."))
        return redirect("tracking:edit", row.pk)
    status = 400 if form.is_bound else 200
    return render(request, "tracking/edit.html", _context(row, "edit") | {"form": form}, status=status)


def _changed(request: ViewerRequest, row: Source, form: forms.Settings) -> Source:
    name, lines = form.cleaned_data["name"], [form.lines(one) for one in ("origins", "declared")]
    return actions.change(request.viewer, row.pk, name, *lines)


@needs(rights.SETTINGS)
@require_POST
def rotate(request: ViewerRequest, source: int) -> HttpResponse:
    actions.rotate(request.viewer, source)
    messages.success(request, _("The source has a new write key. The old one no longer works."))
    return redirect("tracking:page", source)


@needs(rights.SETTINGS)
@require_POST
def remove(request: ViewerRequest, source: int) -> HttpResponse:
    actions.remove(request.viewer, source)
    messages.success(request, _("The source is removed. What it has sent stays."))
    return redirect("tracking:list")


def _context(source: Source, tab: str) -> dict[str, Any]:
    return {
        "source": source,
        "tab": tab,
        "line": queries.line_of(source),
        "community": queries.community_of(source),
        "timezone": brand_zone(),
    }


def _crowd(source: Source) -> dict[str, Any]:
    """Who came by lately; nothing where it cannot be said now."""
    community = queries.community_of(source)
    try:
        return {"crowd": queries.crowd(community)} if community else {}
    except Unavailable:
        return {}


def _properties(event: SeenEvent) -> list[tuple[str, str, bool, str]]:
    """(name, types in words, whether it is private, sample)."""
    return [
        (name, ", ".join(str(TYPES.get(one, one)) for one in told["types"]), told["private"], told["sample"])
        for name, told in event.properties.items()
    ]


def _tail(source: Source) -> dict[str, Any]:
    return {
        "glimpses": [(one, sentence(one.refused) if one.refused else "") for one in queries.glimpses(source)]
    }


def _address(request: HttpRequest) -> str:
    """Where SDKs reach this house: as it was set, else as this page was reached."""
    given = str(settings.BASE_URL)
    default = given == f"http://{settings.HOST}:{settings.PORT}"
    return request.build_absolute_uri("/").rstrip("/") if default else given
