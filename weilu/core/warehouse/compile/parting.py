"""What does an event say of the part that it belongs to, where an answer is broken down?"""

from __future__ import annotations

from weilu.core.warehouse.compile.rows import COMMUNITY, INVITER, PROPERTY, SOURCE
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.compile.where import property_text

LONGEST_PART = 200
"""Longer texts are one part where they begin with the same signs: an address holds the part that it leads to."""


def column(by: str | None, trait: str, bound: Bound) -> str:
    """The part as text, out of an event's columns; `trait` is the property where it is one; empty without a part."""
    if by == PROPERTY:
        return f"substringUTF8({property_text(trait, bound)}, 1, {LONGEST_PART})"
    if by == INVITER:
        return "toString(dictGet('weilu.owner', 'person', toUInt64(target)))"
    return f"toString({by})" if by in (COMMUNITY, SOURCE) else ""
