"""What does an operator set for themselves: name, language, theme, password?"""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from weilu.core.errors import WeiluError
from weilu.core.operators import forms
from weilu.core.operators.access import ViewerRequest
from weilu.core.operators.actions import passwords, preferences, sessions
from weilu.core.operators.views.preferences import THEME_COOKIE


@require_safe
def page(request: ViewerRequest) -> HttpResponse:
    return _page(request)


@require_POST
def rename(request: ViewerRequest) -> HttpResponse:
    form = forms.Name(request.POST)
    if not form.is_valid():
        return _page(request, 400, name=form)
    preferences.rename(request.viewer, request.user, form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("operators:account")


@sensitive_post_parameters("old", "password")
@require_POST
def password(request: ViewerRequest) -> HttpResponse:
    """Every other session ends; this one goes on under a new key."""
    form = forms.ChangePassword(request.POST)
    if not form.is_valid():
        return _page(request, 400, password=form)
    try:
        passwords.change(request.user, form.cleaned_data["old"], form.cleaned_data["password"])
    except WeiluError as error:
        form.add_error(None, str(error))
        return _page(request, error.status, password=form)
    sessions.begin(request, request.user)
    messages.success(request, _("The password is changed. All other sessions have ended."))
    return redirect("operators:account")


def _page(request: ViewerRequest, status: int = 200, **bound: Form) -> HttpResponse:
    """The forms as they stand, or as one of them came back."""
    chosen = {"language": get_language(), "theme": request.COOKIES.get(THEME_COOKIE, "auto")}
    unbound: dict[str, Form] = {
        "name": forms.Name(initial={"name": request.user.name}),
        "preferences": forms.Preferences(initial=chosen),
        "password": forms.ChangePassword(),
    }
    context = {"forms": unbound | bound, "tab": "account"}
    return render(request, "operators/account.html", context, status=status)
