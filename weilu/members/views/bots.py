"""Which accounts are taken for bots, and what do operators say about it?"""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from weilu.core.directory.models import Identity
from weilu.core.directory.withdrawal import ERASED
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, holds, missing, needs
from weilu.members import actions
from weilu.members.views.merging import show_at_once

PAGE = 50


@require_http_methods(["GET", "POST"])
@needs(rights.EDIT_MEMBERS)
def bots(request: ViewerRequest) -> HttpResponse:
    """The list of them; `account` is one that is a bot (`bot`), or a person after all. For who may change members everywhere."""
    if not holds(request.viewer, rights.EDIT_MEMBERS, None):
        raise missing()
    if request.method == "POST":
        bot = "bot" in request.POST
        actions.say_bot(request.viewer, number(request.POST.get("account")) or 0, bot=bot)
        show_at_once()
        counted = gettext("Taken for a bot from now on, in past figures too.")
        messages.success(
            request, counted if bot else gettext("Taken for a person from now on, in past figures too.")
        )
        return redirect("members:bots")
    accounts = Identity.objects.filter(bot=True).exclude(outside__startswith=ERASED).order_by("name", "pk")
    page = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    return render(request, "members/bots.html", {"accounts": page})
