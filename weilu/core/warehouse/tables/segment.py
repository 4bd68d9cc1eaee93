"""The table of a segment: how many are in it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import segments
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables.kind import Kind, Rows, Source


def _rows(asked: Asked, source: Source) -> Rows:
    assert asked.rule is not None
    bound = Bound()
    table = source.run(segments.count(asked.rule, asked.frame, bound), bound.params)
    return [(int(table.column("n")[0].as_py()),)]


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    assert asked.rule is not None
    if unit == EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    return segments.members(asked.rule, asked.frame, bound)


KIND = Kind(lambda _: ("members",), _rows, _behind, lambda _: PEOPLE)
