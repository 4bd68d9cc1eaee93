"""Who works here, in which roles? Pages of the list, the invitation and one operator."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core.errors import WeiluError
from weilu.core.numbers import number
from weilu.core.operators import forms, queries, rights
from weilu.core.operators.access import ViewerRequest, access_operator, needs, visible_communities
from weilu.core.operators.actions import passwords, team, two_factor
from weilu.core.operators.models import Operator


@needs(rights.OPERATORS)
@require_safe
def page(request: ViewerRequest) -> HttpResponse:
    table = [
        (slug, name, [rights.RIGHTS[right] for right in rights.RIGHTS if right in held])
        for slug, (name, held) in rights.ROLES.items()
    ]
    return render(request, "operators/list.html", {"team": queries.team(), "roles": table})


@needs(rights.OPERATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: ViewerRequest) -> HttpResponse:
    """Open an account and show the link to hand over; nothing is sent from here."""
    form = forms.Invite(request.POST or None, communities=visible_communities(request.viewer))
    if operator := forms.tried(form, lambda: _added(request, form)):
        return _with_link(request, operator)
    return render(request, "operators/invite.html", {"form": form}, status=400 if form.errors else 200)


def _added(request: ViewerRequest, form: forms.Invite) -> Operator:
    return team.add(request.viewer, form.cleaned_data["email"], form.cleaned_data["name"], form.chosen())


@needs(rights.OPERATORS)
@require_safe
def operator(request: ViewerRequest, operator: int) -> HttpResponse:
    return _operator(request, access_operator(request.viewer, operator))


@needs(rights.OPERATORS)
@require_POST
def give(request: ViewerRequest, operator: int) -> HttpResponse:
    row = access_operator(request.viewer, operator)
    form = forms.Roles(request.POST, communities=visible_communities(request.viewer))
    if not form.is_valid():
        return _operator(request, row, form)
    try:
        team.give(request.viewer, row, form.chosen())
    except WeiluError as error:
        form.add_error(None, str(error))
        return _operator(request, row, form)
    messages.success(request, _("Saved. It holds from the next page they open."))
    return redirect("operators:operator", row.pk)


@needs(rights.OPERATORS)
@require_POST
def take(request: ViewerRequest, operator: int) -> HttpResponse:
    row = access_operator(request.viewer, operator)
    where = request.POST.get("community", "")
    role = team.Role(request.POST.get("role", ""), number(where) or None)
    return _done(request, row, lambda: team.take(request.viewer, row, role))


@needs(rights.OPERATORS)
@require_POST
def disable(request: ViewerRequest, operator: int) -> HttpResponse:
    row = access_operator(request.viewer, operator)
    return _done(request, row, lambda: team.disable(request.viewer, row))


@needs(rights.OPERATORS)
@require_POST
def enable(request: ViewerRequest, operator: int) -> HttpResponse:
    row = access_operator(request.viewer, operator)
    return _done(request, row, lambda: team.enable(request.viewer, row))


@needs(rights.OPERATORS)
@require_POST
def reset(request: ViewerRequest, operator: int) -> HttpResponse:
    """Take two-factor off, for somebody who lost phone and recovery codes."""
    row = access_operator(request.viewer, operator)
    return _done(request, row, lambda: two_factor.reset(request.viewer, row))


@needs(rights.OPERATORS)
@never_cache
@require_POST
def link(request: ViewerRequest, operator: int) -> HttpResponse:
    """A new link to choose a password; the one before ends."""
    return _with_link(request, access_operator(request.viewer, operator))


def _with_link(request: ViewerRequest, row: Operator) -> HttpResponse:
    secret = passwords.link(request.viewer, row)
    address = f"{settings.BASE_URL}{reverse('operators:link')}?key={secret}"
    context = {"who": row, "address": address, "days": passwords.LINK_LASTS.days}
    return render(request, "operators/handover.html", context)


def _done(request: ViewerRequest, row: Operator, change: Callable[[], None]) -> HttpResponse:
    """Make the change and come back; an expected refusal becomes a message on the same page."""
    try:
        change()
    except WeiluError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("operators:operator", row.pk)


def _operator(request: ViewerRequest, row: Operator, form: forms.Roles | None = None) -> HttpResponse:
    blank = forms.Roles(communities=visible_communities(request.viewer))
    context = {
        "who": row,
        "grants": queries.grants_of(row),
        "two_factor": two_factor.is_on(row),
        "tokens": queries.tokens_of(row),
        "sessions": queries.sessions_of(row, ""),
        "form": form or blank,
    }
    return render(request, "operators/operator.html", context, status=400 if form else 200)
