"""Pages of webhooks: the list, setting one up, its delivery log, one delivery with its attempts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.connectors.webhooks import actions, forms, queries
from weilu.connectors.webhooks.models import State
from weilu.core.directory.queries import places
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs, visible_communities
from weilu.core.operators.forms import tried

PAGE = 50


@needs(rights.WEBHOOKS)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    rows = list(queries.endpoints(request.viewer))
    return render(request, "webhooks/list.html", {"webhooks": rows})


@needs(rights.WEBHOOKS)
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    """The secret is shown in the answer that makes it, and never again."""
    form = _form(request, {"kinds": ["*"], "everywhere": True})
    if made := tried(form, lambda: actions.create(request.viewer, form.wish())):
        return _secret(request, made)
    context = {"form": form}
    return render(request, "webhooks/edit.html", context, status=400 if form.errors else 200)


@needs(rights.WEBHOOKS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, webhook: int) -> HttpResponse:
    row = queries.access_endpoint(request.viewer, webhook)
    form = _form(request, forms.initial(row))
    if tried(form, lambda: actions.change(request.viewer, row, form.wish())):
        messages.success(request, _("Saved."))
        return redirect("webhooks:page", row.pk)
    context = {"form": form, "webhook": row}
    return render(request, "webhooks/edit.html", context, status=400 if form.errors else 200)


@needs(rights.WEBHOOKS)
@require_safe
def page(request: ViewerRequest, webhook: int) -> HttpResponse:
    row = queries.access_endpoint(request.viewer, webhook)
    state = request.GET.get("state", "")
    log = queries.deliveries(row, state if state in State.values else "")
    context = {
        "webhook": row,
        "places": places([row.communities])[0],
        "log": Paginator(log, PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": State.choices,
    }
    return render(request, "webhooks/page.html", context)


@needs(rights.WEBHOOKS)
@require_safe
def delivery(request: ViewerRequest, webhook: int, delivery: int) -> HttpResponse:
    row = queries.access_endpoint(request.viewer, webhook)
    found = queries.access_delivery(row, delivery)
    context = {"webhook": row, "delivery": found, "tries": queries.attempts(found)}
    return render(request, "webhooks/delivery.html", context)


@needs(rights.WEBHOOKS)
@require_POST
def ping(request: ViewerRequest, webhook: int) -> HttpResponse:
    sent = actions.ping(queries.access_endpoint(request.viewer, webhook))
    messages.success(request, _("A test message is on its way. Load the page again in a moment."))
    return redirect("webhooks:delivery", webhook, sent.pk)


@needs(rights.WEBHOOKS)
@require_POST
def replay(request: ViewerRequest, webhook: int, delivery: int) -> HttpResponse:
    row = queries.access_endpoint(request.viewer, webhook)
    actions.replay(queries.access_delivery(row, delivery))
    messages.success(request, _("It is sent again. Load the page again in a moment."))
    return redirect("webhooks:delivery", webhook, delivery)


@needs(rights.WEBHOOKS)
@require_POST
def pause(request: ViewerRequest, webhook: int) -> HttpResponse:
    actions.pause(request.viewer, queries.access_endpoint(request.viewer, webhook))
    messages.success(request, _("Paused. What happens meanwhile is not kept for it."))
    return redirect("webhooks:page", webhook)


@needs(rights.WEBHOOKS)
@require_POST
def resume(request: ViewerRequest, webhook: int) -> HttpResponse:
    actions.resume(request.viewer, queries.access_endpoint(request.viewer, webhook))
    messages.success(request, _("It runs again."))
    return redirect("webhooks:page", webhook)


@needs(rights.WEBHOOKS)
@never_cache
@require_POST
def secret(request: ViewerRequest, webhook: int) -> HttpResponse:
    """A new secret; the one before signs beside it for a day."""
    row = queries.access_endpoint(request.viewer, webhook)
    return _secret(request, actions.renew_secret(request.viewer, row))


@needs(rights.WEBHOOKS)
@require_POST
def remove(request: ViewerRequest, webhook: int) -> HttpResponse:
    actions.remove(request.viewer, queries.access_endpoint(request.viewer, webhook))
    messages.success(request, _("The webhook is gone, with its log."))
    return redirect("webhooks:list")


def _secret(request: ViewerRequest, made: actions.Made) -> HttpResponse:
    return render(request, "webhooks/secret.html", {"webhook": made.row, "secret": made.secret})


def _form(request: ViewerRequest, initial: dict[str, Any]) -> forms.Webhook:
    viewer = request.viewer
    communities = [row for row in visible_communities(viewer) if viewer.can(rights.WEBHOOKS, row.pk)]
    return forms.Webhook(
        request.POST or None, initial=initial, communities=communities, texts=viewer.can(rights.TEXTS)
    )
