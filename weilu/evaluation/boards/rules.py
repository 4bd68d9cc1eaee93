"""What does a card ask under the filters of its board, and when is a letter due? Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Question = dict[str, Any]
DAILY, WEEKLY = "daily", "weekly"
SEGMENT = "segment"
OWN, MONTH = "", "month"
DAYS = (OWN, "7", "28", "90", "365", MONTH)
"""Each card's own days; so many up to the newest; the month of the newest."""
USUAL = "28"
OLDEST_HOURS = 20
"""A letter that could not be put in for so long after its hour is left out: who reads it then has long seen the board."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty parts leave each card its own. `first` and `last` go before `days`."""

    communities: tuple[int, ...] = ()
    days: str = USUAL
    first: dt.date | None = None
    last: dt.date | None = None
    segment: int = 0


def asked(question: Mapping[str, Any], filters: Filters, newest: dt.date) -> Question:
    """What the card asks: communities and days of the board in place of its own; of its own segment only who is in the board's
    too."""
    found = dict(question)
    if filters.communities:
        found["communities"] = list(filters.communities)
    span = days(filters, newest)
    if span and question.get("kind") != SEGMENT:
        found |= _spanned(question, *span)
    if filters.segment:
        found |= _of_segment(question, filters.segment)
    return found


def days(filters: Filters, newest: dt.date) -> tuple[dt.date, dt.date] | None:
    """The days of the board; None where each card has its own."""
    if filters.first and filters.last:
        return filters.first, filters.last
    if filters.days == MONTH:
        last = newest.replace(day=calendar.monthrange(newest.year, newest.month)[1])
        return newest.replace(day=1), min(last, newest)
    if filters.days:
        return newest - dt.timedelta(days=int(filters.days) - 1), newest
    return None


def _spanned(question: Mapping[str, Any], first: dt.date, last: dt.date) -> Question:
    """Paths may say their event in place of a day; it then moves to the part that is made for it."""
    moved = {
        name: event
        for name, edge in (("after", "from"), ("before", "to"))
        if (event := _event(question.get(edge)))
    }
    return {**moved, "from": first.isoformat(), "to": last.isoformat()}


def _event(told: object) -> str:
    return told if isinstance(told, str) and told[:1].isalpha() else ""


def _of_segment(question: Mapping[str, Any], segment: int) -> Question:
    of = {SEGMENT: segment}
    if question.get("kind") == SEGMENT:
        return {"rule": {"and": [question.get("rule"), of]}}
    own = question.get(SEGMENT)
    if own in (None, segment):
        return {SEGMENT: segment}
    return {SEGMENT: {"and": [own if isinstance(own, dict) else {SEGMENT: own}, of]}}


def narrowed(question: Mapping[str, Any], seen: Collection[int] | None) -> tuple[Question, bool]:
    """Of the communities that a question names by number only those that its reader sees, and whether some were left out."""
    named = question.get("communities")
    if seen is None or not isinstance(named, list) or not all(isinstance(one, int) for one in named):
        return dict(question), False
    kept = [one for one in named if one in seen]
    return ({**question, "communities": kept or named}, 0 < len(kept) < len(named))


def shown_to(
    roles: Collection[str],
    places: Collection[int],
    grants: Collection[tuple[str, int]],
    seen: Collection[int] | None,
) -> bool:
    """Whether a board is shared with somebody who holds these grants (role and community, 0 for all) and sees these communities
    (None: all)."""
    if not roles and not places:
        return False
    if not places:
        return any(role in roles for role, _where in grants)
    if not roles:
        return any(seen is None or one in seen for one in places)
    return any(role in roles and (where == 0 or where in places) for role, where in grants)


def due(rhythm: str, hour: int, done: dt.date | None, local: dt.datetime) -> dt.date | None:
    """The day of the letter that should be on its way by now, None where there is none. A letter goes to its own day only: one that
    was missed is not sent later."""
    day = local.date()
    if rhythm == WEEKLY and day.weekday() != 0:
        return None
    hours = local.hour + local.minute / 60 - hour
    return day if 0 <= hours < OLDEST_HOURS and (done is None or done < day) else None


PANE = 4
"""So many cards share a screen of the wall; a card of the whole width has one to itself."""


def panes(cards: Sequence[tuple[Any, bool]]) -> list[list[Any]]:
    """The cards by screens, in their order; each comes with whether it is of the whole width."""
    found: list[list[Any]] = []
    open_ = False
    for card, whole in cards:
        if whole or not open_ or len(found[-1]) == PANE:
            found.append([])
        found[-1].append(card)
        open_ = not whole
    return found
