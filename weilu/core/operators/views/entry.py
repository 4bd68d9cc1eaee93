"""How does one come in: log in, second factor, link, first start, and out again?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.operators import addresses, first_start, forms, queries, rights
from weilu.core.operators.access import ViewerRequest, viewer_of
from weilu.core.operators.actions import entry, passwords, sessions, two_factor
from weilu.core.operators.models import Operator
from weilu.core.operators.views.preferences import remember

LINK = "link"
PENDING, PENDING_LASTS = "pending", dt.timedelta(minutes=10)
"""Where a session notes who has passed the password and is still to show the second factor."""


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: ViewerRequest) -> HttpResponse:
    form = forms.Login(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passed = entry.check(address=addresses.client(request), **form.cleaned_data)
        except WeiluError as error:
            return _refused(request, "operators/login.html", form, error)
        if passed.second:
            return _ask_second(request, passed.operator)
        return _enter(request, passed.operator)
    if request.viewer.known:
        return redirect(_onward(request, "/"))
    return _page(request, "operators/login.html", form)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    operator = _pending(request)
    if operator is None:
        return redirect("operators:login")
    form = forms.Second(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entry.check_second(operator, form.cleaned_data["code"])
        except WeiluError as error:
            return _refused(request, "operators/second.html", form, error)
        return _enter(request, operator)
    return _page(request, "operators/second.html", form)


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sessions.end(request)
    return redirect("operators:login")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Set a password by the link that an owner handed over, and come in with it.

    The secret moves from the address into the session at once, so that it stands in no log, history or referrer.
    """
    if "key" in request.GET:
        passwords.invited(request.GET["key"])
        request.session[LINK] = request.GET["key"]
        return redirect("operators:link")
    secret = request.session.get(LINK, "")
    operator = passwords.invited(secret)
    form = forms.NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operator = passwords.accept(secret, form.cleaned_data["password"])
        except passwords.WeakPassword as error:
            return _refused(request, "operators/link.html", form, error, operator=operator)
        request.session.pop(LINK, None)
        return _ask_second(request, operator) if two_factor.is_on(operator) else _enter(request, operator)
    return _page(request, "operators/link.html", form, operator=operator)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first page of an installation: the owner's account. Gone for good once it is made."""
    if queries.any_operator():
        return redirect("operators:login")
    first_start.code()  # so that its file stands there, whoever started this process
    form = forms.FirstStart(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            owner = first_start.finish(first_start.Answers(**form.cleaned_data), addresses.client(request))
        except WeiluError as error:
            return _refused(request, "operators/first_start.html", form, error)
        return _enter(request, owner)
    return _page(request, "operators/first_start.html", form)


def _ask_second(request: HttpRequest, operator: Operator) -> HttpResponse:
    request.session.cycle_key()
    request.session[PENDING] = {"operator": operator.pk, "at": clock.now_ms(), "next": _onward(request, "")}
    return redirect("operators:second")


def _pending(request: HttpRequest) -> Operator | None:
    waiting: dict[str, Any] = request.session.get(PENDING) or {}
    if not waiting or clock.now() - clock.from_ms(waiting["at"]) > PENDING_LASTS:
        return None
    return Operator.objects.filter(pk=waiting["operator"], disabled_at=None).first()


def _enter(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Begin the session and go where they wanted to, or to the first page that their roles open."""
    onward = _onward(request, "") or (request.session.pop(PENDING, None) or {}).get("next", "")
    sessions.begin(request, operator)
    home = "/" if viewer_of(operator).can(rights.VIEW) else "operators:account"
    return remember(redirect(onward or home), operator.language, operator.theme)


def _onward(request: HttpRequest, otherwise: str) -> str:
    """The address asked for before the login, if it is one of ours: never a way to another site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if own else otherwise


def _page(
    request: HttpRequest, template: str, form: Form, status: int = 200, **context: object
) -> HttpResponse:
    return render(request, template, {"form": form, "next": _onward(request, ""), **context}, status=status)


def _refused(
    request: HttpRequest, template: str, form: Form, error: WeiluError, **context: object
) -> HttpResponse:
    form.add_error(None, str(error))
    return _page(request, template, form, status=error.status, **context)
