"""What do the charts of a community, or of all, show? Answers of questions brought into the shapes that the console draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from weilu.communities.queries import asking
from weilu.communities.queries.figures import values
from weilu.communities.spans import Span
from weilu.connectors.events import MESSAGE_SENT
from weilu.core import clock
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

Chart = dict[str, Any]
STATES = {
    "new": _("New"),
    "active": _("Active"),
    "returning": _("Returning"),
    "dormant": _("Dormant"),
    "churned": _("Churned"),
}
TIERS = {"kol": _("KOL"), "koc": _("KOC"), "participant": _("Participants"), "lurker": _("Lurkers")}
FLOW_WEEKS, KNOWN_WEEKS, COHORT_WEEKS, MOVE_WEEKS = 12, 4, 8, 8


def active_by_day(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """Active members day by day over the days before, whose line is dashed."""
    asked = [
        asking.trend("dau", span, communities, asking.DAY),
        asking.trend("dau", span.before(), communities, asking.DAY),
    ]
    now, before = questions.ask_many(asked, viewer, seconds=asking.PATIENCE)
    days = [dt.date.fromisoformat(row[0]) for row in now.rows]
    return {
        "labels": [short_day(day) for day in days],
        "titles": [long_day(day) for day in days],
        "open": bool(days) and not_over(dt.datetime.combine(days[-1], dt.time()), asking.DAY, span.timezone),
        "unit": now.unit,
        "series": [
            {"name": gettext("Active members"), "points": _points(now, asked[0])},
            {
                "name": gettext("%(days)s days before") % {"days": span.days},
                "role": "before",
                "points": _points(before, asked[1], named=True),
            },
        ],
    }


def not_over(begun: dt.datetime, by: str, timezone: str) -> bool:
    """Whether the hour, day, week or month that began then, by the clock of that zone, still runs: what it counts will grow."""
    local = clock.now().astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    month = (begun.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    ends = {"hour": begun + dt.timedelta(hours=1), "week": begun + dt.timedelta(days=7), "month": month}
    return local < ends.get(by, begun + dt.timedelta(days=1))


def _points(answer: questions.Answer, asked: asking.Question, *, named: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "value": row[-1],
            "href": asking.behind(asked, at=row[0]) if row[-1] else "",
            "label": long_day(dt.date.fromisoformat(row[0])) if named else "",
        }
        for row in answer.rows
    ]


def lively_hours(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """Messages by weekday and hour, by the clock of the span."""
    asked = asking.heatmap(MESSAGE_SENT, span, communities)
    answer = questions.ask(asked, viewer, seconds=asking.PATIENCE)
    return {
        "timezone": answer.timezone,
        "cells": [
            {
                "weekday": day,
                "hour": hour,
                "value": value,
                "href": asking.behind(asked, weekday=day, hour=hour),
            }
            for day, hour, value in answer.rows
            if value
        ],
    }


def sizes(
    viewer: Viewer, span: Span, communities: Sequence[int] | None, words: dict[str, Any], prefix: str
) -> Chart:
    """How many members hold each state or tier at the end of the span, each by its metric `prefix_slug`."""
    last = span.lasting(1)
    asked = [asking.trend(f"{prefix}_{slug}", last, communities) for slug in words]
    answers = questions.ask_many(asked, viewer, seconds=asking.PATIENCE)
    rows = [
        {
            "name": str(word),
            "value": (values(answer) or [0])[0],
            "color": slug,
            "href": asking.behind(one, at=last.first.isoformat()),
        }
        for (slug, word), one, answer in zip(words.items(), asked, answers, strict=True)
    ]
    return {"rows": rows, "unit": "people", "total": sum(row["value"] or 0 for row in rows)}


def states(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    return sizes(viewer, span, communities, STATES, "state")


def pyramid(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """Tiers are weighed on Mondays: before the first one nobody stands anywhere, and the chart says when they will."""
    chart = sizes(viewer, span, communities, TIERS, "tier")
    monday = span.last + dt.timedelta(days=7 - span.last.weekday())
    told = gettext("Tiers are weighed on Mondays, from the 90 days before. The first time here is %(day)s.")
    return {**chart, "empty": told % {"day": long_day(monday)}}


def states_by_week(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """The sizes of the states at the end of each of the last weeks, one on the other."""
    # The knowledge of then is concluded anew for each week: a few of them stay within three seconds.
    weeks = span.lasting((KNOWN_WEEKS if span.known else FLOW_WEEKS) * 7)
    asked = [asking.trend(f"state_{slug}", weeks, communities, asking.WEEK) for slug in STATES]
    answers = questions.ask_many(asked, viewer, seconds=asking.PATIENCE)
    days = [dt.date.fromisoformat(row[0]) for row in answers[0].rows]
    return {
        "labels": [short_day(day) for day in days],
        "titles": [gettext("Week of %(day)s") % {"day": long_day(day)} for day in days],
        "unit": "people",
        "series": [
            {"name": str(word), "color": slug, "points": _points(answer, one)}
            for (slug, word), one, answer in zip(STATES.items(), asked, answers, strict=True)
        ],
    }


def moves_by_week(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """How many went from which state to which in each of the last weeks; the commonest way first."""
    weeks = span.lasting((KNOWN_WEEKS if span.known else MOVE_WEEKS) * 7)
    asked = asking.flow(weeks, communities, asking.WEEK)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for at, was, now, members in questions.ask(asked, viewer, seconds=asking.PATIENCE).rows:
        if was in STATES and now in STATES and was != now:  # not who came, nor who stayed what they were
            found.setdefault((was, now), {})[at] = members
    most = max((n for moved in found.values() for n in moved.values()), default=0)
    heads = _mondays(weeks)

    def cell(way: tuple[str, str], week: dt.date) -> Chart | None:
        at = week.isoformat()
        if not (count := found[way].get(at, 0)):
            return None
        href = asking.behind(asked, at=at, from_state=way[0], to_state=way[1])
        return {"count": count, "share": count / most, "href": href}

    ways = sorted(found, key=lambda way: (-sum(found[way].values()), *way))
    return {
        "weeks": [short_day(week) for week in heads],
        "rows": [
            {
                "was": STATES.get(was, was),
                "now": STATES.get(now, now),
                "cells": [cell((was, now), week) for week in heads],
            }
            for was, now in ways
        ],
    }


def _mondays(span: Span) -> list[dt.date]:
    """First days of the weeks that a span touches."""
    first = span.first - dt.timedelta(days=span.first.weekday())
    return [first + dt.timedelta(days=n) for n in range(0, (span.last - first).days + 1, 7)]


def cohorts(viewer: Viewer, span: Span, communities: Sequence[int] | None) -> Chart:
    """Weekly cohorts by first message, and the share of each that wrote again in the weeks after."""
    weeks = span.lasting(COHORT_WEEKS * 7)
    asked = asking.retention(MESSAGE_SENT, MESSAGE_SENT, COHORT_WEEKS, weeks, communities)
    answer = questions.ask(asked, viewer, seconds=asking.PATIENCE)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for cohort, size, period, returned in answer.rows:
        found.setdefault(cohort, []).append((size, period, returned))
    return {
        "periods": [gettext("week %(n)s") % {"n": n} for n in range(COHORT_WEEKS)],
        "rows": [_cohort(asked, cohort, cells) for cohort, cells in sorted(found.items())],
    }


def _cohort(asked: asking.Question, cohort: str, cells: list[tuple[int, int, int]]) -> dict[str, Any]:
    """Periods that are not over yet have no row in the answer and stay empty."""
    begun = dt.date.fromisoformat(cohort)
    size = cells[0][0]
    row: list[dict[str, Any] | None] = [None] * COHORT_WEEKS
    for _size, period, returned in cells:
        row[period] = {
            "value": returned / size if size else None,
            "count": returned,
            "href": asking.behind(asked, cohort=cohort, period=period),
        }
    return {
        "name": short_day(begun),
        "size": size,
        "href": asking.behind(asked, cohort=cohort) if size else "",
        "cells": row,
    }


def short_day(day: dt.date) -> str:
    """On an axis: 6/30, Jun 30."""
    return f"{day.month}/{day.day}" if _chinese() else date_format(day, "M j")


def long_day(day: dt.date) -> str:
    """6月30日 周六; Sat, Jun 30."""
    return (
        f"{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}"
        if _chinese()
        else date_format(day, "D, M j")
    )


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
