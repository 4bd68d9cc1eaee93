"""The table of a distribution: a row for each bracket, those without anybody too."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import distribution
from weilu.core.warehouse.compile.distribution import Spread
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.distributions import TIMES, Distribution
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables.kind import Kind, Rows, Source

COLUMNS = ("low", "below", "members", "events")


def _rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(distribution.counts(_spread(asked), bound), bound.params)
    found = {row["bracket"]: (row["members"], row["events"]) for row in table.to_pylist()}
    edges = _asked(asked).edges
    least = 1 if _asked(asked).of == TIMES and edges[0] == 1 else 0
    ends = [None, *edges, None]
    return [(*ends[n : n + 2], *found.get(n, (0, 0))) for n in range(least, len(edges) + 1)]


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    statement = distribution.people if unit == PEOPLE else distribution.happened
    return statement(_spread(asked), _bracket(asked), bound)


def _bracket(asked: Asked) -> int:
    """By its lower edge, or the first by its upper one."""
    edges, point = _asked(asked).edges, asked.question.point
    if point.low is None and point.below is None:
        raise Refused(
            _("Say which row is meant: add “low”, the number that it begins with, or “below” for the first.")
        )
    if point.low is None and point.below == edges[0]:
        return 0
    if point.low not in edges:
        raise Refused(_("The answer has no row that begins with “%(at)s”.") % {"at": point.low})
    return edges.index(point.low) + 1


def _spread(asked: Asked) -> Spread:
    return Spread(asked.frame, _asked(asked))


def _asked(asked: Asked) -> Distribution:
    assert isinstance(asked.question.way, Distribution)
    return asked.question.way


def _counts(asked: Asked) -> str:
    return PEOPLE if _asked(asked).of == TIMES else EVENTS


KIND = Kind(lambda _: COLUMNS, _rows, _behind, _counts)
