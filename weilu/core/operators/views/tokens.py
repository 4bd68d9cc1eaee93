"""Which programs may come in with which key?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from weilu.core.operators import forms, queries, rights
from weilu.core.operators.access import ViewerRequest
from weilu.core.operators.actions import tokens


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: ViewerRequest) -> HttpResponse:
    """The operator's tokens; a new one is shown in the answer that makes it, and never again."""
    form = forms.Token(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = tokens.create(request.viewer, request.user, given["name"], given["scopes"], form.lasts())
        form = forms.Token()
    mine = [
        (one, [rights.RIGHTS.get(scope, scope) for scope in one.scopes])
        for one in queries.tokens_of(request.user)
    ]
    context = {"form": form, "made": made, "tokens": mine, "tab": "tokens"}
    return render(request, "operators/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: ViewerRequest, token: int) -> HttpResponse:
    tokens.revoke(request.viewer, token)
    messages.success(request, _("The token no longer works."))
    return redirect("operators:tokens")
