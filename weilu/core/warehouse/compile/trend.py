"""What are the values of measures over the buckets of a frame, and which rows stand behind one of them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weilu.core.warehouse.compile import activity, firsts, memberships, replies, states, staying, top
from weilu.core.warehouse.compile.holdings import holdings
from weilu.core.warehouse.compile.rows import COMMUNITY, INVITER, MEMBER, STATE, TIER, Rows, Series, parted
from weilu.core.warehouse.compile.source import Bound, Run
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, DailyMean, FirstReply


@dataclass(frozen=True, slots=True)
class Subject:
    """A file of this folder: the measures it handles, their rows and, for the breakdowns in `fast`, a shorter way to the
    values of several of them at once."""

    handles: tuple[type, ...]
    rows: Callable[[Base, Frame, Bound], Rows]
    fast: frozenset[str | None] = frozenset()
    values: Callable[[Sequence[Base], Frame, Run], dict[Base, Series]] | None = None


SUBJECTS = (
    Subject(activity.HANDLES, activity.rows, activity.FAST, activity.values),
    Subject(memberships.HANDLES, memberships.rows, memberships.FAST, memberships.values),
    Subject(states.HANDLES, states.rows, states.FAST, states.values),
    Subject(staying.HANDLES, staying.rows, staying.FAST, staying.values),
    Subject(firsts.HANDLES, firsts.rows),
    Subject(replies.HANDLES, replies.rows, replies.FAST, replies.values),
    Subject(top.HANDLES, top.rows),
)


def series(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """Values by (start of the bucket, breakdown); what has no row has no key. Scans are shared where they can be."""
    found: dict[Base, Series] = {}
    for subject in SUBJECTS:
        asked = list(dict.fromkeys(one for one in measures if isinstance(one, subject.handles)))
        if asked and subject.values and frame.breakdown in subject.fast:
            found |= subject.values(asked, frame, run)
        else:
            found |= {one: _counted(one, frame, run) for one in asked}
    return {one: activity.finished(one, values, frame) for one, values in found.items()}


def missing(measure: Base, begun: bool) -> float | None:
    """The value of a bucket without any row; a day that has not begun has no mean."""
    return None if isinstance(measure, FirstReply) or (isinstance(measure, DailyMean) and not begun) else 0


def breakdowns(measure: Base, frame: Frame) -> frozenset[str]:
    """By what this measure can be broken down."""
    return _rows(measure, frame, Bound()).has | {STATE, TIER}


def largest(measure: Base, frame: Frame, most: int, bound: Bound) -> str:
    """SELECT by, n: the parts with the highest values in the only bucket of the frame; among equals in their order."""
    rows = _rows(measure, frame, bound)
    by = "toUInt64(by)" if frame.breakdown in (COMMUNITY, INVITER, MEMBER) else "by"
    only = " WHERE person != 0" if frame.breakdown == MEMBER else ""
    return f"""SELECT by, n FROM (SELECT by, {rows.number} AS n FROM ({_broken_down(rows.sql, frame, bound)}){only} GROUP BY by)
        ORDER BY n DESC, {by} LIMIT {bound(most, "UInt32")}"""


def how_many(measure: Base, frame: Frame, bound: Bound) -> str:
    """SELECT n: in how many parts the rows are."""
    rows = _broken_down(_rows(measure, frame, bound).sql, frame, bound)
    only = " WHERE person != 0" if frame.breakdown == MEMBER else ""
    return f"SELECT uniqExact(by) AS n FROM ({rows}){only}"


def behind(measure: Base, frame: Frame, by: str | None, bound: Bound) -> str:
    """SELECT DISTINCT unit, in order: the members or events behind the only bucket of the frame (and one breakdown value)."""
    sql = _broken_down(_rows(measure, frame, bound).sql, frame, bound)
    where = "" if by is None else f" WHERE by = {bound(by, 'String')}"
    return f"SELECT DISTINCT unit FROM ({sql}){where} ORDER BY unit"


def people_behind(measure: Base, frame: Frame, by: str | None, bound: Bound) -> str:
    """SELECT DISTINCT unit: the members behind it, also where events are counted."""
    sql = _broken_down(_rows(measure, frame, bound).sql, frame, bound)
    where = "" if by is None else f" AND by = {bound(by, 'String')}"
    return f"SELECT DISTINCT person AS unit FROM ({sql}) WHERE person != 0{where} ORDER BY unit"


def _rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    subject = next(one for one in SUBJECTS if isinstance(measure, one.handles))
    return subject.rows(measure, frame, bound)


def _counted(measure: Base, frame: Frame, run: Run) -> Series:
    bound = Bound()
    rows = _rows(measure, frame, bound)
    table = run(
        f"SELECT at, by, {rows.number} AS n FROM ({_broken_down(rows.sql, frame, bound)}) GROUP BY at, by",
        bound.params,
    )
    return {(row["at"], row["by"]): row["n"] for row in table.to_pylist()}


def _broken_down(rows: str, frame: Frame, bound: Bound) -> str:
    """The rows with a column `by`."""
    if frame.breakdown not in (STATE, TIER):
        return f"SELECT *, {parted(frame, bound)} AS by FROM ({rows})"
    paths = holdings(frame.breakdown, frame, frame.moments, bound)
    place = f"indexOf({bound(frame.starts, 'Array(UInt32)')}, rows.at)"
    return f"""SELECT rows.*, if(empty(held.path), '', held.path[{place}]) AS by FROM ({rows}) AS rows
        ANY LEFT JOIN (SELECT who, path FROM ({paths})) AS held ON held.who = rows.person"""
