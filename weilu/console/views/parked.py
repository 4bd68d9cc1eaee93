"""Which events failed again and again, and can they be worked through now?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from weilu.core.events import handlers
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs


@needs(rights.SETTINGS)
def page(request: ViewerRequest) -> HttpResponse:
    return render(request, "console/parked.html", {"parked": handlers.parked()})


@require_POST
@needs(rights.SETTINGS)
def replay(request: ViewerRequest, parked_id: int) -> HttpResponse:
    """Gives one event to its handler again."""
    if handlers.replay(parked_id):
        messages.success(request, gettext("Worked through."))
    else:
        messages.warning(
            request, gettext("It failed again, or somebody was faster. The error is the newest one.")
        )
    return redirect("console:parked")
