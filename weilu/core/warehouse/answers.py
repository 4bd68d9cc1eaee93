"""How does each kind of question become a table, and which members or events stand behind one of its rows?"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from weilu.core.warehouse import frame as frames
from weilu.core.warehouse.check import OUTSIDE, Asked
from weilu.core.warehouse.compile import heatmap, states, trend
from weilu.core.warehouse.compile.holdings import values_of
from weilu.core.warehouse.compile.rows import COMMUNITY, STATE, TIER, Series
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Bucket
from weilu.core.warehouse.measures import EVENTS, PEOPLE, Base, Events, People, Sums, combined, parts
from weilu.core.warehouse.question import FLOW, FUNNEL, HEATMAP, PATHS, RETENTION, SEGMENT, TREND, Refused
from weilu.core.warehouse.tables import funnel, paths, retention, segment
from weilu.core.warehouse.tables import parts as parts_
from weilu.core.warehouse.tables.kind import NONE, Kind, Rows, Source

# trend ---------------------------------------------------------------------------------------------------------------


def _trend_columns(asked: Asked) -> tuple[str, ...]:
    return ("at", "by", "value") if asked.frame.breakdown else ("at", "value")


def _trend_rows(asked: Asked, source: Source) -> Rows:
    assert asked.measure is not None
    wanted = parts(asked.measure)
    series = source.series(wanted, asked.frame)
    found: Rows = []
    for bucket in asked.frame.buckets:
        begun = bucket.start < asked.frame.horizon
        for by, shown in _breakdown_values(asked, series):
            values = tuple(series[one].get((bucket.start, by), trend.missing(one, begun)) for one in wanted)
            value = combined(asked.measure, values)
            found.append(
                (bucket.label.isoformat(), shown, value)
                if shown is not None
                else (bucket.label.isoformat(), value)
            )
    return found


def _breakdown_values(asked: Asked, series: dict[Base, Series]) -> list[tuple[str, str | None]]:
    """(value in the store, value shown); one pair with None where nothing is broken down."""
    by = asked.frame.breakdown
    if by is None:
        return [("", None)]
    seen = {value for one in series.values() for _, value in one}
    if by == COMMUNITY:
        places: list[tuple[str, str | None]] = [(str(pk), name) for pk, name in asked.names.items()]
        return [*places, (str(OUTSIDE), NONE)] if str(OUTSIDE) in seen else places
    shown: list[str] = list(values_of(by)) if by in (STATE, TIER) else sorted(seen - {""})
    found: list[tuple[str, str | None]] = [(value, value) for value in shown]
    return [*found, ("", NONE)] if "" in seen else found


def _trend_behind(asked: Asked, unit: str, bound: Bound) -> str:
    assert asked.measure is not None
    point, frame = asked.question.point, asked.frame
    only = frame.only(parts_.bucket_of(asked, point.at))
    measure = parts(asked.measure)[0]
    by = _by_value(asked, point.by)
    statement = trend.people_behind if unit == PEOPLE else trend.behind
    if unit == EVENTS and measure.counts != EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    return statement(measure, only, by, bound)


def _by_value(asked: Asked, shown: str | None) -> str | None:
    if asked.frame.breakdown is None:
        return None
    if shown is None:
        raise Refused(_('Say which part is meant: add "point": {"at": …, "by": …}.'))
    if asked.frame.breakdown == COMMUNITY:
        ids = {name: str(pk) for pk, name in asked.names.items()}
        return ids.get(shown, str(OUTSIDE) if shown == NONE else shown)
    return "" if shown == NONE else shown


def _trend_counts(asked: Asked) -> str:
    return asked.measure.counts if asked.measure else PEOPLE


# heat map ------------------------------------------------------------------------------------------------------------


def _cells_of(asked: Asked) -> Events | Sums | People:
    assert isinstance(asked.measure, Events | Sums | People)
    return asked.measure


def _heatmap_rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(heatmap.cells(_cells_of(asked), _whole(asked), bound), bound.params)
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
    return heatmap.behind(measure, _whole(asked), point.weekday, point.hour, column, bound)


def _whole(asked: Asked) -> frames.Frame:
    first, last = asked.frame.buckets[0], asked.frame.buckets[-1]
    span = Bucket(first.label, first.first, last.last, first.start, last.end)
    return replace(asked.frame, buckets=(span,), size=frames.PERIOD)


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
    only = asked.frame.only(parts_.bucket_of(asked, point.at))
    origin, goal = ("" if one == NONE else one for one in (point.origin, point.goal))
    return states.behind(origin, goal, only, bound)


KINDS = {
    TREND: Kind(_trend_columns, _trend_rows, _trend_behind, _trend_counts),
    HEATMAP: Kind(lambda _: ("weekday", "hour", "value"), _heatmap_rows, _heatmap_behind, _trend_counts),
    RETENTION: retention.KIND,
    FLOW: Kind(
        lambda _: ("at", "from_state", "to_state", "members"), _flow_rows, _flow_behind, lambda _: PEOPLE
    ),
    FUNNEL: funnel.KIND,
    PATHS: paths.KIND,
    SEGMENT: segment.KIND,
}
