"""The page of outgoing mail: is it set up, what went out, what did not and why."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from weilu.core.mail import actions, queries, rules, sending
from weilu.core.mail.models import State
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs

PAGE = 50


@needs(rights.SETTINGS)
@require_safe
def log(request: ViewerRequest) -> HttpResponse:
    """The newest letters first."""
    found = Paginator(queries.letters(), PAGE).get_page(request.GET.get("page"))
    context = {
        "letters": [(one, queries.error_word(one.error) if one.error else "") for one in found],
        "page": found,
        "server": _server(),
        "broken": bool(settings.SMTP_URL) and _server() is None,
        "failed": queries.letters().filter(state=State.FAILED).exists(),
    }
    return render(request, "mail/log.html", context)


@needs(rights.SETTINGS)
@require_POST
def try_out(request: ViewerRequest) -> HttpResponse:
    actions.try_out(request.viewer)
    messages.success(request, _("A test letter to you is on its way. Load the page again in a moment."))
    return redirect("mail:log")


@needs(rights.SETTINGS)
@require_POST
def try_again(request: ViewerRequest) -> HttpResponse:
    count = actions.try_again(request.viewer)
    messages.success(
        request, ngettext("%(n)s letter is tried again.", "%(n)s letters are tried again.", count) % {"n": count}
    )  # fmt: skip
    return redirect("mail:log")


def _server() -> dict[str, object] | None:
    """What may be shown of the setting: never the password."""
    try:
        found = rules.server(settings.SMTP_URL)
    except rules.BadServer:
        return None
    return {
        "place": f"{found.host}:{found.port}",
        "security": found.security,
        "sender": sending.sender(found),
    }
