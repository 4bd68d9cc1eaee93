"""How is a score said to an operator, and drawn?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from weilu.communities.queries.charts import long_day, short_day
from weilu.communities.spans import Span
from weilu.communities.words import TONES
from weilu.core import metrics
from weilu.goals.kpi import asking, queries, rules
from weilu.goals.kpi.queries import Track, Week

Text = str | Promise
GROUPS: Mapping[str, Text] = {
    rules.GROWTH: gettext_lazy("Growth"),
    rules.ACTIVITY: gettext_lazy("Activity"),
    rules.CONVERSION: pgettext_lazy("group of figures", "Conversion"),
    rules.RETENTION: gettext_lazy("Retention"),
}
STAGES: Mapping[str, Text] = {
    rules.START: gettext_lazy("Start-up"),
    rules.GROWING: gettext_lazy("Growing"),
    rules.MATURE: gettext_lazy("Mature"),
    rules.ADJUSTING: gettext_lazy("Adjusting"),
}
AIMS: Mapping[str, Text] = {
    rules.START: gettext_lazy("Growth first: people must come before anything else can."),
    rules.GROWING: gettext_lazy("Activity first: those who come must find something going on."),
    rules.MATURE: gettext_lazy("Conversion and retention in balance."),
    rules.ADJUSTING: gettext_lazy("Retention first: hold those who are there."),
}
RULE = gettext_lazy(
    "The first that fits: younger than 13 weeks or fewer than 30 members: start-up. Members shrank by 5% in eight weeks, or 30% fewer "
    "are active than in the eight weeks before: adjusting. Members grew by 10% in eight weeks: growing. Else: mature."
)
SURVEYS: Mapping[str, Text] = {
    "nps": gettext_lazy("Willingness to recommend (NPS)"),
    "pleased": gettext_lazy("Satisfaction"),
}


def suggestion(week: Week) -> str:
    """What the stage is read from."""
    found = week.suggestion
    parts = [
        _("%(weeks)s of the last 13 weeks with members") % {"weeks": found.weeks},
        _("%(members)s members") % {"members": f"{found.members:,}"},
    ]
    if found.grew is not None:
        parts.append(_("%(change)s in eight weeks") % {"change": _signed(found.grew)})
    if found.moved is not None:
        parts.append(
            _("active: %(change)s against the eight weeks before") % {"change": _signed(found.moved)}
        )
    return " · ".join(parts)


def week(one: Week) -> dict[str, Any]:
    """A week's score as pages show it."""
    return {
        "week": one,
        "score": one.score.score,
        "tone": TONES[one.score.grade],
        "stage": STAGES[one.stage],
        "aim": AIMS[one.stage],
        "suggested": STAGES[one.suggestion.stage],
        "agrees": one.stage == one.suggestion.stage,
        "evidence": suggestion(one),
        "groups": [
            {"slug": group.slug, "word": GROUPS[group.slug], "points": group.points, "weight": group.weight}
            for group in one.score.groups
        ],
    }


def groups(track: Track, one: Week, span: Span | None) -> list[dict[str, Any]]:
    """Each group with its figures: value, points, share of the score, and the address of the people behind it."""
    place = track.weekly.weeks.index(one.monday)
    found = week(one)["groups"]
    for group in found:
        group["parts"] = [_part(track, scored, place, span) for scored in one.score.of(group["slug"])]
    return list(found)


def _part(track: Track, scored: rules.Scored, place: int, span: Span | None) -> dict[str, Any]:
    slug = scored.part.slug
    metric = metrics.find(slug)
    assert metric is not None
    line = track.weekly.figures.get(slug, ())
    value = line[place] if place < len(line) and scored.value is not None else None
    counted = slug in queries.BEFORE or slug in queries.NOW
    return {
        "slug": slug,
        "word": metric.label,
        "definition": metric.definition,
        "unit": metric.unit,
        "value": value,
        "share_of_members": scored.value if counted else None,
        "late": slug in asking.LATE,
        "points": scored.points,
        "weight": scored.share,
        "href": asking.opening(track.weekly, slug, track.weekly.weeks[place], span)
        if value is not None
        else "",
    }


def chart(track: Track) -> dict[str, Any]:
    """The score by week."""
    days = [one.monday for one in track.weeks]
    return {
        "labels": [short_day(day) for day in days],
        "titles": [long_day(day) for day in days],
        "unit": "",
        "series": [{"name": _("KPI score"), "points": [one.score.score for one in track.weeks]}],
    }


def _signed(share: float) -> str:
    return f"{100 * share:+.0f}%".replace("-", "−")
