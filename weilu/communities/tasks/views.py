"""The page of tasks: mine, or all that concern my communities; doing one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weilu.communities.tasks import actions, queries
from weilu.core import clock
from weilu.core.directory.queries import brand_zone
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs

PAGE = 50
MINE, ALL, DONE = "mine", "all", "done"


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    show = request.GET.get("show", MINE)
    rows = queries.visible(request.viewer)
    rows = rows.exclude(done_at=None).order_by("-done_at") if show == DONE else rows.filter(done_at=None)
    rows = rows.filter(operator_id=request.viewer.operator_id or 0) if show not in (ALL, DONE) else rows
    zone = brand_zone()
    context = {
        "tasks": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "show": show if show in (ALL, DONE) else MINE,
        "today": clock.day_of(clock.now(), zone),
        "zone": zone,
    }
    return render(request, "tasks/list.html", context)


@needs(rights.VIEW)
@require_POST
def done(request: ViewerRequest, task_id: int) -> HttpResponse:
    actions.finish(request.viewer, task_id)
    messages.success(request, _("Done."))
    return redirect(_back(request))


@needs(rights.VIEW)
@require_POST
def again(request: ViewerRequest, task_id: int) -> HttpResponse:
    actions.reopen(request.viewer, task_id)
    return redirect(_back(request))


def _back(request: ViewerRequest) -> str:
    """To the page where the button stood; never to another host."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if safe else reverse("tasks:list")
