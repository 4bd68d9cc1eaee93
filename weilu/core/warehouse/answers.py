"""How does each kind of question become a table, and which members or events stand behind one of its rows?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import heatmap, states
from weilu.core.warehouse.compile.holdings import values_of
from weilu.core.warehouse.compile.rows import STATE
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS, PEOPLE, Events, People, Sums
from weilu.core.warehouse.question import (
    ATTRIBUTION,
    DISTRIBUTION,
    FLOW,
    FUNNEL,
    HEATMAP,
    PATHS,
    RESPONSE,
    RETENTION,
    SEGMENT,
    TOP,
    TREND,
    Refused,
)
from weilu.core.warehouse.tables import (
    attribution,
    distribution,
    funnel,
    parts,
    paths,
    response,
    retention,
    segment,
    top,
    trend,
)
from weilu.core.warehouse.tables.kind import NONE, Kind, Rows, Source

# heat map ------------------------------------------------------------------------------------------------------------


def _cells_of(asked: Asked) -> Events | Sums | People:
    assert isinstance(asked.measure, Events | Sums | People)
    return asked.measure


def _heatmap_rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(heatmap.cells(_cells_of(asked), trend.whole(asked.frame), bound), bound.params)
    values = {(row["weekday"], row["hour"]): int(row["value"]) for row in table.to_pylist()}
    return [(day, hour, values.get((day, hour), 0)) for day in range(1, 8) for hour in range(24)]


def _heatmap_behind(asked: Asked, unit: str, bound: Bound) -> str:
    point = asked.question.point
    if point.weekday is None or point.hour is None:
        raise Refused(_("Say which cell is meant: add “weekday” (1 is Monday) and “hour”."))
    measure = _cells_of(asked)
    if unit == EVENTS and measure.counts != EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    column = "position" if unit == EVENTS else "person"
    return heatmap.behind(measure, trend.whole(asked.frame), point.weekday, point.hour, column, bound)


# flow ----------------------------------------------------------------------------------------------------------------


def _flow_rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(states.moves(asked.frame, bound), bound.params)
    values = {(row["at"], row["origin"], row["goal"]): row["members"] for row in table.to_pylist()}
    every = ("", *values_of(STATE))
    return [
        (bucket.label.isoformat(), origin or NONE, goal or NONE, values[(bucket.start, origin, goal)])
        for bucket in asked.frame.buckets
        for origin in every
        for goal in every
        if (bucket.start, origin, goal) in values
    ]


def _flow_behind(asked: Asked, unit: str, bound: Bound) -> str:
    point = asked.question.point
    if unit == EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    if point.origin is None or point.goal is None:
        raise Refused(_("Say which move is meant: add “at”, “from_state” and “to_state”."))
    only = asked.frame.only(parts.bucket_of(asked, point.at))
    origin, goal = ("" if one == NONE else one for one in (point.origin, point.goal))
    return states.behind(origin, goal, only, bound)


KINDS = {
    TREND: trend.KIND,
    HEATMAP: Kind(lambda _: ("weekday", "hour", "value"), _heatmap_rows, _heatmap_behind, trend.counts),
    RETENTION: retention.KIND,
    FLOW: Kind(
        lambda _: ("at", "from_state", "to_state", "members"), _flow_rows, _flow_behind, lambda _: PEOPLE
    ),
    FUNNEL: funnel.KIND,
    PATHS: paths.KIND,
    DISTRIBUTION: distribution.KIND,
    TOP: top.KIND,
    RESPONSE: response.KIND,
    ATTRIBUTION: attribution.KIND,
    SEGMENT: segment.KIND,
}
