"""What does a member's page show of their value?"""

from __future__ import annotations

from typing import Any

from weilu.core import clock
from weilu.members.value import queries, rules, words
from weilu.members.when import When


def of_member(member: int, scopes: list[int], moment: When) -> dict[str, Any]:
    """The best of these scopes, its factors as bars; nothing where there is nothing to weigh."""
    found = queries.worth_of(member, scopes, moment)
    worth = next((one for one in found if one.scope == 0), found[0] if found else None)
    if worth is None:
        return {}
    evident = (rules.PURCHASING, rules.CONVERSION, rules.ENGAGEMENT)
    factors = [
        {"slug": one.slug, "word": words.FACTOR_WORDS[one.slug], "points": one.points, "weight": round(one.weight),
         "share": min(100, round(100 * one.points / one.weight)) if one.weight else 0, "opens": one.slug in evident}
        for one in worth.factors
    ]  # fmt: skip
    return {
        "worth": worth, "factors": factors, "band": words.BAND_WORDS[worth.band], "style": words.BAND_STYLES[worth.band],
        "last": clock.from_ms(worth.last * 1000) if worth.last else None,
    }  # fmt: skip
