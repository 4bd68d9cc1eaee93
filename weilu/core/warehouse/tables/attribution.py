"""The table of attribution: a row for each channel, what earned most first, and one for what nothing touched.

What a channel earns is added up in fractions, exactly, and only then rounded: credits to millionths, values to whole numbers,
down, and what is then lacking to the whole goes to those that lost most by it. So a column adds up to what there was.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from django.utils.translation import gettext as _

from weilu.core.warehouse.attributions import Attribution, weight
from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import attribution
from weilu.core.warehouse.compile.attribution import Earned
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS
from weilu.core.warehouse.question import MOST_PARTS, Refused
from weilu.core.warehouse.tables import parts
from weilu.core.warehouse.tables.kind import Kind, Rows, Source

COLUMNS = ("by", "members", "conversions", "credit", "value")
MILLION = 1_000_000


def _rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(attribution.reached(_earned(asked), bound), bound.params)
    reached = {row["channel"]: (row["members"], row["conversions"]) for row in table.to_pylist()}
    if len(reached) > MOST_PARTS + 1:
        raise Refused(_("The touches name %(count)s channels; %(most)s can be told apart. Ask for fewer with “where”.")
                      % {"count": len(reached), "most": MOST_PARTS})  # fmt: skip
    credit, value = _earnings(asked, source)
    shares, values = apportioned(credit, MILLION), apportioned(value, 1)
    ordered = sorted(reached.keys() - {""}, key=lambda one: (-credit[one], one))
    rows = [(parts.as_word(one), *reached[one], shares[one] / MILLION, values[one]) for one in ordered]
    nothing = (*reached.get("", (0, 0)), shares.get("", 0) / MILLION, values.get("", 0))
    return [*rows, (parts.UNATTRIBUTED, *nothing)]


def _earnings(asked: Asked, source: Source) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """What each channel earns: of the targets, and of their values."""
    bound, earned = Bound(), _earned(asked)
    credit: dict[str, Fraction] = {}
    value: dict[str, Fraction] = {}
    for row in source.run(attribution.credits(earned, bound), bound.params).to_pylist():
        share, channel = weight(earned.asked.model, row["touches"], bool(row["edge"])), row["channel"]
        credit[channel] = credit.get(channel, Fraction()) + share * row["times"]
        value[channel] = value.get(channel, Fraction()) + share * int(row["amount"])
    return credit, value


def apportioned(shares: Mapping[str, Fraction], units: int) -> dict[str, int]:
    """Each share in whole parts of which there are `units` to one, so that together they are as many as the shares are."""
    exact = {name: share * units for name, share in shares.items()}
    found = {name: floor(share) for name, share in exact.items()}
    lacking = int(sum(exact.values())) - sum(found.values())
    for name in sorted(exact, key=lambda one: (found[one] - exact[one], one))[:lacking]:
        found[name] += 1
    return found


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    part = asked.question.point.by
    if part is None:
        raise Refused(_('Say which part is meant: add "by" to "point".'))
    channel = "" if part == parts.UNATTRIBUTED else parts.of_word(part)
    return attribution.behind(_earned(asked), channel, "goal" if unit == EVENTS else "who", bound)


def _earned(asked: Asked) -> Earned:
    assert isinstance(asked.question.way, Attribution)
    return Earned(asked.frame, asked.question.way)


KIND = Kind(lambda _: COLUMNS, _rows, _behind, lambda _: EVENTS)
