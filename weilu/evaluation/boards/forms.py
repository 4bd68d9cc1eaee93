"""What may an operator choose about a board? Parsed once, here, for the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError
from weilu.core.numbers import number
from weilu.core.warehouse.question import object_in
from weilu.evaluation.boards import rules
from weilu.evaluation.boards.rules import Filters

LONGEST = 20_000
GIVEN = "f"
"""In an address: the filters stand in it, also where all of them are empty."""


def filters_of(words: QueryDict) -> Filters:
    """The filters that stand in a form or an address. Raises WeiluError for a day or number that is none."""
    chosen = words.get("days", rules.USUAL)
    own = chosen == "own"
    return Filters(
        tuple(number(one) for one in words.getlist("community") if one),
        "" if own else chosen,
        _day(words.get("first", "")) if own else None,
        _day(words.get("last", "")) if own else None,
        number(words.get("segment")),
    )


def query_of(filters: Filters) -> str:
    """The filters as an address carries them."""
    pairs: list[tuple[str, Any]] = [(GIVEN, 1), ("days", days_word(filters))]
    pairs += [("community", one) for one in filters.communities]
    pairs += [(name, day) for name, day in (("first", filters.first), ("last", filters.last)) if day]
    return urlencode(pairs + ([("segment", filters.segment)] if filters.segment else []))


def days_word(filters: Filters) -> str:
    """What is chosen in the form: `own` for days that are given, or none, where each card keeps its own."""
    return "own" if filters.first or not filters.days else filters.days


def days_choices() -> list[tuple[str, str]]:
    return [
        ("7", _("the last 7 days")), ("28", _("the last 28 days")), ("90", _("the last 90 days")), ("365", _("the last year")),
        (rules.MONTH, _("this month")), ("own", _("days of your own, or each card’s")),
    ]  # fmt: skip


def question_of(text: str) -> dict[str, Any]:
    """The question that is to be pinned. Raises WeiluError."""
    question = object_in(text) if len(text) <= LONGEST else None
    if question is None:
        raise WeiluError(_("This is no question. Open one in the explorer and pin it from there."))
    return question


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise WeiluError(_("“%(day)s” is no day.") % {"day": text[:20]}) from None
