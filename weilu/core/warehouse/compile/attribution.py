"""Which touches came before each target, and what does each of them earn?

A touch counts that lies at a place, (ms, position), not after the target's own (so that a joining which names its channel
touches itself) and not further back than the window. In arrays: each member's touches are sorted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weilu.core.warehouse.attributions import FIRST, LAST, POSITION, Attribution, Touch
from weilu.core.warehouse.compile.activity import AMOUNT
from weilu.core.warehouse.compile.parting import LONGEST_PART
from weilu.core.warehouse.compile.source import Bound, events, person
from weilu.core.warehouse.compile.where import any_of, fitting, property_text
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.steps import SOURCE

MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"


@dataclass(frozen=True, slots=True)
class Earned:
    frame: Frame
    asked: Attribution


def credits(earned: Earned, bound: Bound) -> str:
    """SELECT channel ('' where nothing touched), touches (of the same target that earn), edge (whether it is the first or
    the last of them, by position), times, amount (the targets' values)."""
    edge = "toUInt8(nth = 1 OR nth = touches)" if earned.asked.model == POSITION else "toUInt8(0)"
    return f"""SELECT channel, touches, {edge} AS edge, count() AS times, sum({AMOUNT}) AS amount
        FROM ({_credited(earned, bound)}) GROUP BY channel, touches, edge"""


def reached(earned: Earned, bound: Bound) -> str:
    """SELECT channel, members, conversions: whom and what it touched."""
    return f"""SELECT channel, uniqExact(who) AS members, uniqExact(goal) AS conversions
        FROM ({_credited(earned, bound)}) GROUP BY channel"""


def behind(earned: Earned, channel: str, unit: str, bound: Bound) -> str:
    """SELECT DISTINCT unit: the targets (`goal`) of which a channel earned something, or whose they are (`who`)."""
    return f"""SELECT DISTINCT {unit} AS unit FROM ({_credited(earned, bound)})
        WHERE channel = {bound(channel, "String")} ORDER BY unit"""


def _credited(earned: Earned, bound: Bound) -> str:
    """who, goal (position of the target), value, channel, nth, touches: one row for each touch that earns something."""
    sql = f"""SELECT who, goal, value, {_earning(earned.asked.model)} AS channels FROM ({_touched(earned, bound)})
        WHERE length(mine) >= 0"""
    return f"""SELECT who, goal, value, channel, nth, length(channels) AS touches FROM ({sql})
        ARRAY JOIN channels AS channel, arrayEnumerate(channels) AS nth"""


def _earning(model: str) -> str:
    """The channels of the touches that earn; one without a name where nothing touched."""
    if model in (FIRST, LAST):
        which = "1" if model == FIRST else "length(mine)"
        return f"if(empty(mine), [''], [tupleElement(mine[{which}], 3)])"
    return "if(empty(mine), [''], arrayMap(x -> x.3, mine))"


def _touched(earned: Earned, bound: Bound) -> str:
    """who, goal, value, mine: for each target the touches before it, in the order of the log."""
    before = "(x.1 < at OR (x.1 = at AND x.2 <= goal))"
    near = f"x.1 + {bound(earned.asked.window * 1000, 'UInt64')} >= at"
    sql = f"""SELECT who, every, tupleElement(target, 1) AS at, tupleElement(target, 2) AS goal, tupleElement(target, 3) AS value
        FROM (SELECT who, every, arrayJoin(targets) AS target FROM ({_members(earned, bound)}))"""
    return f"""SELECT who, goal, value, arrayFilter(x -> {before} AND {near}, every) AS mine FROM ({sql})
        WHERE at >= 0 AND goal > 0 AND length(every) >= 0"""


def _members(earned: Earned, bound: Bound) -> str:
    """who, every (their touches), targets: one row for each member with a target."""
    frame, asked = earned.frame, earned.asked
    hit = f"({fitting(asked.target, bound)}) AND happened >= {bound.moment(frame.start)}"
    columns = f"""{person(frame)} AS who, {MOMENT} AS m, position, {_channel(asked.touches, bound)} AS told,
        toUInt8({hit}) AS hit, ifNull(value, 0) AS amount"""
    rows = events(frame, bound, columns, any_of(asked.looked_up, bound), since=frame.start - asked.window)
    return f"""SELECT who, arraySort(groupArrayIf((m, position, told), told != '')) AS every,
        groupArrayIf((m, position, amount), hit = 1) AS targets
        FROM ({rows}) WHERE who != 0 GROUP BY who HAVING length(targets) > 0"""


def _channel(touches: Sequence[Touch], bound: Bound) -> str:
    """What an event names as its channel, as the first of the touches that it fits and that it has a name for."""
    told = "''"
    for one in reversed(touches):
        name = "toString(source)" if one.trait == SOURCE else property_text(one.trait, bound)
        name = f"substringUTF8({name}, 1, {LONGEST_PART})"
        told = f"if(({fitting(one.step, bound)}) AND {name} != '', {name}, {told})"
    return told
