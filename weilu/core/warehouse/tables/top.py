"""A top list: the members, communities or other parts with the highest values, the highest first."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import trend as compiled
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.measures import parts as parts_of
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables import parts, trend
from weilu.core.warehouse.tables.kind import Kind, Rows, Source


def _rows(asked: Asked, source: Source) -> Rows:
    """They were found already: how else would one know which they are?"""
    found = asked.largest.parts if asked.largest else ()
    shown = dict(parts.named(asked, [by for by, _value in found]))
    return [(shown[by], int(value)) for by, value in found]


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    assert asked.measure is not None
    measure = parts_of(asked.measure)[0]
    if unit == EVENTS and measure.counts != EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    statement = compiled.people_behind if unit == PEOPLE else compiled.behind
    return statement(measure, asked.frame, parts.meant(asked), bound)


KIND = Kind(lambda _: ("by", "value"), _rows, _behind, trend.counts, trend.largest)
