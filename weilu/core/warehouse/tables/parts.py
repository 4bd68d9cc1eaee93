"""How are the parts shown into which an answer is broken down, and which row and part does a point mean?"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from weilu.core.directory.queries import member_names
from weilu.core.warehouse.check import OUTSIDE, Asked
from weilu.core.warehouse.compile import parting
from weilu.core.warehouse.compile.holdings import values_of
from weilu.core.warehouse.compile.retention import WITH, WITHOUT
from weilu.core.warehouse.compile.rows import STATE, TIER
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.question import COMMUNITY, INVITER, MEMBER, MOST_PARTS, PROPERTY, VERSUS, Refused
from weilu.core.warehouse.responses import HOUR
from weilu.core.warehouse.tables.kind import NONE, OTHER

PEOPLE = (INVITER, MEMBER)
UNATTRIBUTED = "unattributed"
_OURS = re.compile(f"“*(?:{NONE}|{OTHER}|{UNATTRIBUTED})”*")


def bucket_of(asked: Asked, at: str | None) -> int:
    """Which bucket a point names by its first day."""
    buckets = asked.frame.buckets
    if at is None and len(buckets) == 1:
        return 0
    if at is None:
        raise Refused(_("Say which row is meant: add “at”, the day that the row begins with."))
    for index, bucket in enumerate(buckets):
        if bucket.label.isoformat() == at:
            return index
    raise Refused(_("The answer has no row that begins with “%(at)s”.") % {"at": at})


def column(asked: Asked, bound: Bound) -> str:
    """What one event says of the breakdown, as text; empty without one."""
    return parting.column(asked.question.breakdown, asked.question.trait, bound)


def shown(asked: Asked, seen: Collection[str]) -> list[tuple[str, str]]:
    """(value in the store, value shown). Raises Refused where there are too many to look at."""
    if asked.question.breakdown != COMMUNITY:
        few_enough(asked, len(seen))
    return named(asked, _in_order(asked, seen))


def few_enough(asked: Asked, count: int) -> None:
    """Raises Refused where there are too many parts to look at."""
    if count > MOST_PARTS:
        raise Refused(_("“%(by)s” has %(count)s values. Break down by something that has at most %(most)s.")
                      % {"by": asked.question.trait or asked.question.breakdown, "count": count, "most": MOST_PARTS})  # fmt: skip


def named(asked: Asked, values: Sequence[str]) -> list[tuple[str, str]]:
    """(value in the store, value shown), in the order of the values. Members by name and number, since two can have one name."""
    by = asked.question.breakdown
    if by == COMMUNITY:
        places = {str(pk): name for pk, name in asked.names.items()}
        return [(one, places.get(one, NONE)) for one in values]
    if by in PEOPLE:
        names = member_names([int(one) for one in values if one != "0"])
        return [(one, NONE if one == "0" else f"{names.get(int(one), '')} #{one}".strip()) for one in values]
    return [(one, as_word(one) if by == PROPERTY else one or NONE) for one in values]


def meant(asked: Asked) -> str | None:
    """The value in the store that the point names; None where nothing is broken down."""
    by, part = asked.question.breakdown, asked.question.point.by
    if by is None:
        return None
    if part is None:
        raise Refused(_('Say which part is meant: add "by" to "point".'))
    if by == COMMUNITY:
        ids = {name: str(pk) for pk, name in asked.names.items()}
        return ids.get(part, str(OUTSIDE) if part == NONE else part)
    if by in PEOPLE:
        return "0" if part == NONE else part.rpartition("#")[2]
    if by == PROPERTY:
        return of_word(part)
    return "" if part == NONE else part


def as_word(text: str) -> str:
    """How the text of a property is shown; one that reads as a word of ours stands in quotes, so that it is not taken for it."""
    if not text:
        return NONE
    return f"“{text}”" if _OURS.fullmatch(text) else text


def of_word(shown_: str) -> str:
    """The text that is shown so."""
    if shown_ == NONE:
        return ""
    quoted = _OURS.fullmatch(shown_) and shown_.startswith("“") and shown_.endswith("”")
    return shown_[1:-1] if quoted else shown_


def _in_order(asked: Asked, seen: Collection[str]) -> list[str]:
    """The parts that have rows: all communities, states and tiers, else those that were seen; last those without one."""
    by = asked.question.breakdown
    if by == COMMUNITY:
        places = [str(pk) for pk in asked.names]
        return [*places, str(OUTSIDE)] if str(OUTSIDE) in seen else places
    if by == VERSUS:
        return [WITH, WITHOUT]
    if by == HOUR:
        return [str(hour) for hour in range(24)]
    if by in PEOPLE:
        members = sorted(int(one) for one in seen if one not in ("", "0"))
        return [*map(str, members), *(["0"] if "0" in seen else [])]
    found = list(values_of(by)) if by in (STATE, TIER) else sorted(set(seen) - {""})
    return [*found, ""] if "" in seen else found
