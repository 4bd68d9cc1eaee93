"""How are we, what needs me, and what goes on right now?"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format

from weilu.communities import panels
from weilu.communities.queries import charts, feed, figures, newest, overview, window
from weilu.communities.spans import LENGTHS, Span
from weilu.console import formats
from weilu.core import clock
from weilu.core import needs as all_needs
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Unavailable
from weilu.core.events import queries as log
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, needs, visible_communities

PANELS = {
    "figures": "console/_home_figures.html",
    "trend": "console/_home_trend.html",
    "week": "console/_home_week.html",
    "table": "communities/_table.html",
    "feed": "console/_feed.html",
}
FEED = 8
TABLE = 8
"""Communities on the page of today; the list has all."""


def page(request: ViewerRequest) -> HttpResponseBase:
    """Today; who may see no community (a clerk) is led to what is theirs."""
    if request.viewer.known and not request.viewer.can(rights.VIEW):
        return redirect("console:settings")
    return today(request)


@needs(rights.VIEW)
def today(request: ViewerRequest) -> HttpResponse:
    """Works without the warehouse too, and says so."""
    communities = visible_communities(request.viewer)
    ids = [one.pk for one in communities]
    zone = brand_zone()
    span = window.of_page(request.GET, ids, zone)
    context: dict[str, Any] = {
        "communities": communities,
        "simulated": any(one.simulated for one in communities),
        "today": long_date(clock.day_of(clock.now(), zone)),
        "timezone": zone,
        "newest": max(newest.moments(ids).values(), default=None),
        "span": span,
        "lengths": LENGTHS,
        "can_import": request.viewer.can(rights.IMPORT),
        "needs": all_needs.gather(request.viewer),
    }
    if communities:
        try:
            named = [(one.pk, str(one)) for one in communities]
            context.update(
                panels.drawn(request, PANELS, span, named, lambda: _read(request.viewer, span, communities))
            )
        except Unavailable:
            context["down"] = True
    return render(request, "console/home.html", context)


@needs(rights.VIEW)
def live(request: ViewerRequest) -> HttpResponse:
    """The feed alone, asked for again and again while the page is looked at."""
    communities = visible_communities(request.viewer)
    span = window.of_page(request.GET, [one.pk for one in communities], brand_zone())
    try:
        happened = _feed(span, communities)
    except Unavailable:
        happened = []
    return render(request, "console/_feed.html", {"feed": happened, "span": span})


def _read(viewer: Viewer, span: Span, communities: list[Community]) -> dict[str, Any]:
    return {
        "figures": figures.headlines(viewer, span, None),
        "trend": charts.active_by_day(viewer, span, None),
        "heat": charts.lively_hours(viewer, span, None),
        "states": charts.states(viewer, span, None),
        "rows": overview.rows(viewer, span, communities)[:TABLE],
        "feed": _feed(span, communities),
    }


def _feed(span: Span, communities: list[Community]) -> list[feed.Happening]:
    start = dt.datetime.combine(span.first, dt.time(), ZoneInfo(span.timezone))
    end = dt.datetime.combine(span.last + dt.timedelta(days=1), dt.time(), ZoneInfo(span.timezone))
    known = log.known_on(span.known, span.timezone) if span.known else None
    return feed.latest([one.pk for one in communities], start, end, FEED, known)


def long_date(day: dt.date) -> str:
    """11月22日 星期日; Sunday, November 22."""
    if formats.in_chinese():
        return f"{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}"
    return date_format(day, "l, F j")
