"""Which members and communities answer to these words?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from weilu.console import queries
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, needs
from weilu.core.typed import sought

IN_DROPDOWN, ON_PAGE = 6, 50


@needs(rights.VIEW)
def page(request: ViewerRequest) -> HttpResponse:
    """A page; under the search box the same list as a fragment."""
    words = sought(request.GET.get("find"))
    fragment = "HX-Request" in request.headers
    limit = IN_DROPDOWN if fragment else ON_PAGE
    context = {
        "find_words": words,
        "found_communities": queries.find_communities(request.viewer, words, limit),
        "found_members": queries.find_members(request.viewer, words, limit),
    }
    return render(request, "console/_found.html" if fragment else "console/search.html", context)
