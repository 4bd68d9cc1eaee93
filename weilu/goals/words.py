"""How is a goal said to an operator, and drawn?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.communities.queries.charts import long_day, short_day
from weilu.core import metrics
from weilu.goals import rules
from weilu.goals.queries import Track

Text = str | Promise
AIMS: Mapping[str, Text] = {
    rules.LEVEL: gettext_lazy("A level: the figure of a week"),
    rules.TOTAL: gettext_lazy("A total: all from the first day to the last"),
}
STATES: Mapping[str, Text] = {
    rules.REACHED: gettext_lazy("reached"),
    rules.ON_TRACK: gettext_lazy("on track"),
    rules.BEHIND: gettext_lazy("behind"),
    rules.MISSED: gettext_lazy("missed"),
    rules.TOO_EARLY: gettext_lazy("too early to tell"),
    rules.UNKNOWN: gettext_lazy("no figure yet"),
}
TONES = {
    rules.REACHED: "good", rules.ON_TRACK: "good", rules.BEHIND: "warn", rules.MISSED: "bad",
    rules.TOO_EARLY: "churned", rules.UNKNOWN: "churned",
}  # fmt: skip
METHOD: Mapping[str, Text] = {
    rules.LEVEL: gettext_lazy(
        "Forecast: the median of the last four whole weeks, moved by the Theil–Sen slope of the last twelve where that slope is "
        "certain (95%). Its error grows with the root of the weeks left. The band holds four of five cases; the chance is the share "
        "beyond the target."
    ),
    rules.TOTAL: gettext_lazy(
        "Forecast: what is there, plus the median week of the last eight for the time left. The band holds four of five cases; the "
        "chance is the share beyond the target."
    ),
}  # fmt: skip


def line(track: Track) -> dict[str, Any]:
    """A key result as pages show it."""
    standing, aim = track.standing, track.aim
    progress = standing.progress
    ahead = aim.progress(standing.pace) if standing.pace is not None else None
    seen = standing.forecast
    return {
        "track": track,
        "ceiling": aim.ceiling,
        "row": track.row,
        "word": metrics.label(track.row.metric),
        "unit": aim.unit,
        "state": STATES[standing.state],
        "tone": TONES[standing.state],
        "value": metrics.rounded(standing.value, aim.unit),
        "pace": metrics.rounded(standing.pace, aim.unit),
        "start": metrics.rounded(aim.start, aim.unit),
        "baseline": metrics.rounded(aim.baseline, aim.unit),
        "target": metrics.rounded(aim.target, aim.unit),
        "share": progress,
        "width": _percent(progress),
        "tick": _percent(ahead),
        "chance": seen.confidence if seen else None,
        "low": metrics.rounded(seen.low, aim.unit) if seen else None,
        "high": metrics.rounded(seen.high, aim.unit) if seen else None,
        "little": max(0, rules.LEAST_WEEKS - standing.weeks_known) if standing.state != rules.MISSED else 0,
        "method": METHOD[track.row.aim],
        "href": track.href,
    }


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * min(max(share, 0.0), 1.0))


def chart(track: Track) -> dict[str, Any]:
    """The figure over time, the pace dashed, and from today on the band of the forecast."""
    days = _axis(track)
    now: dict[dt.date, float | None] = dict(track.sums if track.aim.kind == rules.TOTAL else track.weeks)
    aim, unit = track.aim, track.aim.unit
    seen = [day for day in days if day in now]
    lines: list[dict[str, Any]] = [
        {
            "name": metrics.label(track.row.metric),
            "points": [metrics.rounded(now.get(day), unit) for day in days],
        },
        {
            "name": _("Pace"),
            "role": "before",
            "points": [metrics.rounded(_pace(aim, day), unit) for day in days],
        },
    ]
    forecast = track.standing.forecast
    if forecast is not None and seen and days[-1] > seen[-1]:
        start = float(track.standing.value or 0)
        for name, end in ((_("Forecast, high"), forecast.high), (_("Forecast, low"), forecast.low)):
            points = [metrics.rounded(_between(seen[-1], days[-1], start, end, day), unit) for day in days]
            lines.append({"name": name, "role": "before", "points": points})
    return {
        "labels": [short_day(day) for day in days],
        "titles": [long_day(day) for day in days],
        "unit": unit,
        "series": lines,
    }


def _axis(track: Track) -> Sequence[dt.date]:
    aim = track.aim
    if aim.kind == rules.TOTAL:
        return [aim.first + dt.timedelta(days=at) for at in range(aim.days)]
    first = track.weeks[0][0] if track.weeks else aim.first
    end = max(aim.last, track.weeks[-1][0] if track.weeks else aim.last)
    return [first + at * rules.WEEK for at in range((end - first).days // 7 + 1)]


def _pace(aim: rules.Aim, day: dt.date) -> float | None:
    """At the end of the day, or (of a level) of the week that begins on it."""
    length = 1 if aim.kind == rules.TOTAL else 7
    over = (day - aim.first).days + length
    return aim.pace(over) if over >= 0 else None


def _between(first: dt.date, last: dt.date, start: float, end: float, day: dt.date) -> float | None:
    if day < first:
        return None
    return start + (end - start) * ((day - first).days / max(1, (last - first).days))


def branches(found: Sequence[rules.Branch], unit: str) -> list[dict[str, Any]]:
    """The driver tree: names, what should have been, what was, what is missing."""
    return [
        {
            "name": one.name or _("Overlap and mix"),
            "expected": metrics.rounded(one.expected, unit),
            "actual": metrics.rounded(one.actual, unit),
            "gap": metrics.rounded(one.gap, unit),
            "branches": branches(one.branches, unit),
        }
        for one in found
    ]
