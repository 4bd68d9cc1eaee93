"""How does an operator guard the account: second factor, open sessions?"""

from __future__ import annotations

import pyotp
import segno
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from weilu.core.errors import WeiluError
from weilu.core.operators import forms, queries
from weilu.core.operators.access import ViewerRequest
from weilu.core.operators.actions import passwords, sessions, two_factor


@never_cache
@require_safe
def page(request: ViewerRequest) -> HttpResponse:
    return _page(request)


@never_cache
@sensitive_post_parameters("code")
@require_POST
def confirm(request: ViewerRequest) -> HttpResponse:
    """Turn two-factor on and show the recovery codes, this once."""
    form = forms.Second(request.POST)
    if not form.is_valid():
        return _page(request, 400, confirm=form)
    try:
        codes = two_factor.confirm(request.user, form.cleaned_data["code"])
    except WeiluError as error:
        return _page(request, error.status, confirm=_with(form, error))
    _only_this_session(request)
    return render(request, "operators/recovery_codes.html", {"codes": codes, "tab": "security"})


@never_cache
@sensitive_post_parameters("password")
@require_POST
def codes(request: ViewerRequest) -> HttpResponse:
    """New recovery codes, in place of the old ones."""
    form = forms.Prove(request.POST)
    if not form.is_valid():
        return _page(request, 400, prove=form)
    try:
        passwords.prove(request.user, form.cleaned_data["password"])
    except WeiluError as error:
        return _page(request, error.status, prove=_with(form, error))
    made = two_factor.new_recovery_codes(request.user)
    return render(request, "operators/recovery_codes.html", {"codes": made, "tab": "security"})


@sensitive_post_parameters("password")
@require_POST
def off(request: ViewerRequest) -> HttpResponse:
    form = forms.Prove(request.POST)
    if not form.is_valid():
        return _page(request, 400, prove=form)
    try:
        two_factor.turn_off(request.user, form.cleaned_data["password"])
    except WeiluError as error:
        return _page(request, error.status, prove=_with(form, error))
    _only_this_session(request)
    messages.success(request, _("Two-factor is off."))
    return redirect("operators:security")


@require_POST
def end_session(request: ViewerRequest, session: int) -> HttpResponse:
    sessions.end_one(request.viewer, session)
    messages.success(request, _("The session has ended."))
    return redirect("operators:security")


@require_POST
def end_others(request: ViewerRequest) -> HttpResponse:
    sessions.end_others(request, request.user)
    messages.success(request, _("All other sessions have ended."))
    return redirect("operators:security")


def _page(request: ViewerRequest, status: int = 200, **bound: Form) -> HttpResponse:
    on = two_factor.is_on(request.user)
    unbound: dict[str, Form] = {"confirm": forms.Second(), "prove": forms.Prove()}
    context = {
        "on": on,
        "left": queries.recovery_codes_left(request.user),
        "sessions": queries.sessions_of(request.user, request.session.session_key or ""),
        "forms": unbound | bound,
        "tab": "security",
    }
    return render(
        request, "operators/security.html", context | ({} if on else _offer(request)), status=status
    )


def _offer(request: ViewerRequest) -> dict[str, str]:
    """The secret as a picture for the phone and as text to be typed."""
    secret = two_factor.offer(request.user)
    address = pyotp.TOTP(secret).provisioning_uri(name=request.user.email, issuer_name="Weilu")
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "picture": picture}


def _only_this_session(request: ViewerRequest) -> None:
    """Rights changed: what was open elsewhere ends, this session gets a new key."""
    sessions.end_others(request, request.user)
    sessions.renew(request, request.user)


def _with(form: Form, error: WeiluError) -> Form:
    form.add_error(None, str(error))
    return form
