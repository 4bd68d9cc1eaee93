"""How are the parts shown into which an answer is broken down, and which row and part does a point mean?"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from weilu.core.directory.queries import member_names
from weilu.core.warehouse.check import OUTSIDE, Asked
from weilu.core.warehouse.compile.retention import WITH, WITHOUT
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.compile.where import property_text
from weilu.core.warehouse.question import COMMUNITY, INVITER, PROPERTY, SOURCE, VERSUS, Refused
from weilu.core.warehouse.tables.kind import NONE

MOST_PARTS = 200
LONGEST_PART = 200
"""Longer texts are one part where they begin with the same signs: an address holds the part that it leads to."""


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
    by = asked.question.breakdown
    if by == PROPERTY:
        return f"substringUTF8({property_text(asked.question.trait, bound)}, 1, {LONGEST_PART})"
    if by == INVITER:
        return "toString(dictGet('weilu.owner', 'person', toUInt64(target)))"
    return f"toString({by})" if by in (COMMUNITY, SOURCE) else ""


def shown(asked: Asked, seen: Collection[str]) -> list[tuple[str, str]]:
    """(value in the store, value shown). Raises Refused where there are too many to look at."""
    by = asked.question.breakdown
    if by == COMMUNITY:
        places = [(str(pk), name) for pk, name in asked.names.items()]
        return [*places, (str(OUTSIDE), NONE)] if str(OUTSIDE) in seen else places
    if len(seen) > MOST_PARTS:
        raise Refused(_("“%(by)s” has %(count)s values. Break down by something that has at most %(most)s.")
                      % {"by": asked.question.trait or by, "count": len(seen), "most": MOST_PARTS})  # fmt: skip
    if by == VERSUS:
        return [(one, one) for one in (WITH, WITHOUT)]
    if by == INVITER:
        return _inviters(seen)
    found = [(value, value) for value in sorted(set(seen) - {""})]
    return [*found, ("", NONE)] if "" in seen else found


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
    if by == INVITER:
        return "0" if part == NONE else part.rpartition("#")[2]
    return "" if part == NONE else part


def _inviters(seen: Collection[str]) -> list[tuple[str, str]]:
    """By name and number, since two can have one name; none for those whom nobody is known to have brought."""
    members = sorted(int(one) for one in seen if one not in ("", "0"))
    names = member_names(members)
    found = [(str(one), f"{names.get(one, '')} #{one}".strip()) for one in members]
    return [*found, ("0", NONE)] if "0" in seen else found
