"""How many members did it how often, and how many events carry a number of which size?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from weilu.core.warehouse.compile.source import Bound, events, person
from weilu.core.warehouse.compile.where import fitting, number_of
from weilu.core.warehouse.distributions import TIMES, Distribution
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.steps import VALUE


@dataclass(frozen=True, slots=True)
class Spread:
    """`frame` has one bucket. Brackets are numbered by how many edges they have reached: 0 lies below the first."""

    frame: Frame
    asked: Distribution


def counts(spread: Spread, bound: Bound) -> str:
    """SELECT bracket, members, events."""
    if spread.asked.of == TIMES:
        return f"""SELECT bracket, count() AS members, sum(often) AS events FROM ({_often(spread, bound)}) GROUP BY bracket"""
    return f"""SELECT bracket, uniqExactIf(person, person != 0) AS members, count() AS events FROM ({_sized(spread, bound)})
        GROUP BY bracket"""


def people(spread: Spread, bracket: int, bound: Bound) -> str:
    """SELECT DISTINCT unit: the members of one bracket."""
    rows = _often(spread, bound) if spread.asked.of == TIMES else _sized(spread, bound)
    return f"""SELECT DISTINCT person AS unit FROM ({rows})
        WHERE bracket = {bound(bracket, "UInt8")} AND person != 0 ORDER BY unit"""


def happened(spread: Spread, bracket: int, bound: Bound) -> str:
    """SELECT unit: the events of one bracket; of how often something was done, those of its members."""
    if spread.asked.of == TIMES:
        return f"""SELECT position AS unit FROM ({_events(spread, "position", bound)})
            WHERE person IN ({people(spread, bracket, bound)}) ORDER BY unit"""
    return f"""SELECT position AS unit FROM ({_sized(spread, bound)})
        WHERE bracket = {bound(bracket, "UInt8")} ORDER BY unit"""


def _often(spread: Spread, bound: Bound) -> str:
    """person, often, bracket: one row for each member who did it."""
    sql = f"""SELECT person, count() AS often FROM ({_events(spread, "position", bound)})
        WHERE person != 0 GROUP BY person"""
    return f"SELECT person, often, {_bracket('often', spread.asked.edges, 'UInt64', bound)} AS bracket FROM ({sql})"


def _sized(spread: Spread, bound: Bound) -> str:
    """person, position, bracket: one row for each event with a number."""
    asked = spread.asked
    whole = asked.of == VALUE
    number = number_of(VALUE if whole else asked.trait, bound)
    edges = tuple(ceil(one) for one in asked.edges) if whole else tuple(map(float, asked.edges))
    sql = f"""SELECT person, position, assumeNotNull(told) AS size FROM ({_events(spread, f"position, {number} AS told", bound)})
        WHERE isNotNull(told)"""
    return f"""SELECT person, position, {_bracket("size", edges, "Int64" if whole else "Float64", bound)} AS bracket
        FROM ({sql})"""


def _events(spread: Spread, columns: str, bound: Bound) -> str:
    told = f"{person(spread.frame)} AS person, {columns}"
    return events(spread.frame, bound, told, fitting(spread.asked.step, bound), since=spread.frame.start)


def _bracket(number: str, edges: Sequence[float], type_: str, bound: Bound) -> str:
    steps = [f"{number} < {bound(edge, type_)}, toUInt8({n})" for n, edge in enumerate(edges)]
    return f"multiIf({', '.join(steps)}, toUInt8({len(edges)}))"
