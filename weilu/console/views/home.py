"""How are we, what needs me, and what goes on right now?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs, visible_communities


@needs(rights.VIEW)
def page(request: ViewerRequest) -> HttpResponse:
    return render(request, "console/home.html", {"communities": visible_communities(request.viewer)})
