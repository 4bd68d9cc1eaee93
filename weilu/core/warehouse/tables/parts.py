"""How are the parts shown into which an answer is broken down, and which part does a point mean?"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import OUTSIDE, Asked
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.compile.where import property_text
from weilu.core.warehouse.question import COMMUNITY, PROPERTY, Refused
from weilu.core.warehouse.tables.kind import NONE

MOST_PARTS = 200


def column(asked: Asked, bound: Bound) -> str:
    """What one event says of the breakdown, as text; empty without one."""
    by = asked.question.breakdown
    if by == PROPERTY:
        return property_text(asked.question.trait, bound)
    return f"toString({by})" if by else ""


def shown(asked: Asked, seen: Collection[str]) -> list[tuple[str, str]]:
    """(value in the store, value shown). Raises Refused where there are too many to look at."""
    by = asked.question.breakdown
    if by == COMMUNITY:
        places = [(str(pk), name) for pk, name in asked.names.items()]
        return [*places, (str(OUTSIDE), NONE)] if str(OUTSIDE) in seen else places
    if len(seen) > MOST_PARTS:
        raise Refused(_("“%(by)s” has %(count)s values. Break down by something that has at most %(most)s.")
                      % {"by": asked.question.trait or by, "count": len(seen), "most": MOST_PARTS})  # fmt: skip
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
    return "" if part == NONE else part
