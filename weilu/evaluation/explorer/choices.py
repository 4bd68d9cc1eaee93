"""What can be chosen in the form?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from weilu.communities import spans
from weilu.communities.queries import newest
from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import WeiluError
from weilu.core.events import kinds
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.segments.reading import parse
from weilu.core.segments.words import said
from weilu.core.warehouse import names
from weilu.core.warehouse.check import OUTSIDE
from weilu.core.warehouse.compile.source import ANY, INTERACTION
from weilu.core.warehouse.question import (
    ATTRIBUTION,
    DISTRIBUTION,
    FLOW,
    FUNNEL,
    HEATMAP,
    PATHS,
    RESPONSE,
    RETENTION,
    TOP,
    TREND,
)
from weilu.evaluation.explorer import beside
from weilu.evaluation.plain import event_word
from weilu.members.segments import queries as of_segments

Choice = tuple[str, str]


def kinds_of_questions() -> list[Choice]:
    return [(TREND, _("Trend")), (FUNNEL, _("Funnel")), (RETENTION, _("Retention")), (PATHS, _("Paths")),
            (HEATMAP, _("Heat map")), (TOP, _("Top list")), (DISTRIBUTION, _("Distribution")), (RESPONSE, _("Answer times")),
            (ATTRIBUTION, _("Attribution")), (FLOW, _("Lifecycle moves"))]  # fmt: skip


def events(viewer: Viewer) -> list[Choice]:
    """What has happened in what the viewer sees, those of our own names first; before anything has, all that can."""
    outside = [OUTSIDE] if viewer.communities is None else []
    seen = names.every_kind([*outside, *(one.pk for one in visible_communities(viewer))])
    ours = [one.slug for one in kinds.all_kinds() if one.slug in seen or not seen]
    own = [name for name in seen if kinds.find(name) is None]
    return [(name, event_word(name)) for name in (INTERACTION, *ours, *own, ANY)]


def subjects(known: Collection[Choice]) -> list[tuple[str, list[Choice]]]:
    """What a trend counts, by group: metrics, and events by their names."""
    counted = [(f"metric:{one.slug}", str(one.label)) for one in metrics.all_metrics()]
    return [(_("Metrics"), counted), (_("Events"), [(f"event:{slug}", word) for slug, word in known])]


def words() -> dict[str, list[Choice]]:
    """The short lists of the form."""
    return {
        "measures": [("count", _("how many")), ("members", _("members who did it")), ("sum", _("sum of values"))],
        "sizes": [("day", _("day")), ("week", _("week")), ("month", _("month")), ("hour", _("hour")), ("total", _("all days in one"))],
        "periods": [("day", _("days")), ("week", _("weeks")), ("month", _("months"))],
        "units": [("m", _("minutes")), ("h", _("hours")), ("d", _("days")), ("w", _("weeks"))],
        "orders": [("loose", _("one after another, others may come between")), ("strict", _("directly one after another")),
                   ("unordered", _("in any order"))],
        "modes": [("exact", _("in the period itself")), ("rolling", _("in the period or any time after")), ("bracket", _("in brackets of periods"))],
        "signs": [("eq", "="), ("ne", "≠"), ("gte", "≥"), ("gt", ">"), ("lte", "≤"), ("lt", "<"), ("exists", _("is there"))],
        "trend_parts": [("community", _("community")), ("source", _("platform")), ("state", _("lifecycle state")), ("tier", _("tier")),
                        ("inviter", _("inviter")), ("property", _("property"))],
        "top_parts": [("member", _("member")), ("community", _("community")), ("source", _("platform")), ("inviter", _("inviter")),
                      ("property", _("property"))],
        "heard_parts": [("community", _("community")), ("source", _("platform")), ("hour", _("hour of the day"))],
        "spreads": [("times", _("how often members did it")), ("value", _("the value of each event")), ("property", _("a number in a property"))],
        "models": [("last", _("the last touch earns all of it")), ("first", _("the first touch earns all of it")), ("linear", _("all touches earn alike")),
                   ("position", _("first and last 40% each, those between share 20%"))],
        "start_parts": [("community", _("community")), ("source", _("platform")), ("inviter", _("inviter")), ("property", _("property"))],
    }  # fmt: skip


def days(viewer: Viewer) -> dict[str, Any]:
    """The usual days of a page: the last four weeks, or those that end with the newest event."""
    zone = brand_zone()
    last = newest.day([one.pk for one in visible_communities(viewer)], zone)
    span = spans.span(spans.Asked(), clock.day_of(clock.now(), zone), last, zone)
    return {"from": _iso(span.first), "to": _iso(span.last)}


def places(viewer: Viewer) -> list[Community]:
    return list(visible_communities(viewer))


def segments(viewer: Viewer, chosen: str) -> list[Choice]:
    """Saved segments that the viewer sees; a rule or a name that stands in the question is one more."""
    known = [(str(one.pk), one.name) for one in of_segments.segments(viewer)]
    if not chosen or any(chosen == number for number, _name in known):
        return known
    named = next((name for _number, name in known if name == chosen), "")
    return [*known, (chosen, named or _("as the question says"))]


def comparisons(viewer: Viewer, chosen: str, compare: str) -> list[tuple[str, str, bool]]:
    """What an answer can be set beside: its word in the address, its name, whether it is chosen."""
    known = [(beside.DAYS, _("the days before"))]
    known += [(beside.ALL, _("everybody"))] if chosen else []
    others = [one for one in segments(viewer, "") if one[0] != chosen]
    known += [(f"{beside.ONE}{number}", name) for number, name in others]
    return [(word, name, word == compare) for word, name in known]


def segment_name(viewer: Viewer, given: object) -> str:
    """How a segment of a question is called to this viewer: nobody hears the name of one that is not theirs."""
    if isinstance(given, Mapping):
        return _said(given)
    return next((one.name for one in of_segments.segments(viewer) if given in (one.pk, one.name)), str(given))


def _said(rule: Mapping[str, Any]) -> str:
    try:
        return said(parse(rule))
    except WeiluError:
        return _("a rule")


def _iso(day: dt.date) -> str:
    return day.isoformat()
