"""How many members hold a state or tier, and how do they move from one to another?"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse.compile.holdings import ORDER, STATE, changes, cut, holdings
from weilu.core.warehouse.compile.rows import COMMUNITY, Rows, Series, by_column, running
from weilu.core.warehouse.compile.source import Bound, Run
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Base, Holding

HANDLES = (Holding,)
FAST: frozenset[str | None] = frozenset({None, COMMUNITY})


def rows(measure: Base, frame: Frame, bound: Bound) -> Rows:
    """One row for each bucket and person that holds the value at its end."""
    assert isinstance(measure, Holding)
    sql = f"""SELECT at, community, who AS person, who AS unit FROM ({_at_ends(measure.key, frame, bound)})
        WHERE held = {bound(measure.value, "String")}"""
    return Rows(sql, has=frozenset({COMMUNITY}))


def values(measures: Sequence[Base], frame: Frame, run: Run) -> dict[Base, Series]:
    """All values of one key in one reading."""
    found: dict[Base, Series] = {}
    for key in ORDER:
        asked = [one for one in measures if isinstance(one, Holding) and one.key == key]
        if asked:
            counts = _counts(key, frame, run)
            found |= {one: counts.get(one.value, {}) for one in asked}
    return found


def moves(frame: Frame, bound: Bound) -> str:
    """SELECT at, origin, goal, members: how many made each move in each bucket, staying included."""
    return (
        f"SELECT at, origin, goal, count() AS members FROM ({flow(frame, bound)}) GROUP BY at, origin, goal"
    )


def behind(origin: str, goal: str, frame: Frame, bound: Bound) -> str:
    """SELECT unit: who made one move in the only bucket of the frame."""
    return f"""SELECT person AS unit FROM ({flow(frame, bound)}) WHERE origin = {bound(origin, "String")}
        AND goal = {bound(goal, "String")} ORDER BY unit"""


def flow(frame: Frame, bound: Bound) -> str:
    """SELECT at, origin, goal, person: the state of every member before and at the end of each bucket; '' is no member."""
    moments = (min(frame.start, frame.horizon), *frame.moments)
    starts = bound(frame.starts, "Array(UInt32)")
    return f"""SELECT at, origin, goal, who AS person FROM ({holdings(STATE, frame, moments, bound)})
        ARRAY JOIN arrayPopBack(path) AS origin, arrayPopFront(path) AS goal, {starts} AS at
        WHERE origin != '' OR goal != ''"""


def _at_ends(key: str, frame: Frame, bound: Bound) -> str:
    return f"""SELECT at, held, community, who FROM ({holdings(key, frame, frame.moments, bound)})
        ARRAY JOIN path AS held, {bound(frame.starts, "Array(UInt32)")} AS at"""


def _counts(key: str, frame: Frame, run: Run) -> dict[str, Series]:
    if frame.known is None and frame.scope is not None and frame.breakdown is None and not cut(frame):
        return _stepped(key, frame, run)
    bound = Bound()
    table = run(
        f"""SELECT at, {by_column(frame)} AS by, held, count() AS n FROM ({_at_ends(key, frame, bound)})
        GROUP BY at, by, held""",
        bound.params,
    )
    found: dict[str, Series] = {}
    for row in table.to_pylist():
        found.setdefault(row["held"], {})[(row["at"], row["by"])] = row["n"]
    return found


def _stepped(key: str, frame: Frame, run: Run) -> dict[str, Series]:
    """The same for one scope: what is held before the first moment, and then only the changes."""
    bound = Bound()
    moments = tuple(sorted(set(frame.moments)))
    table = run(changes(key, frame, moments, bound), bound.params)
    steps: dict[str, dict[tuple[int, str], int]] = {}
    for row in table.to_pylist():
        steps.setdefault(row["held"], {})[(row["at"], "")] = row["n"]
    levels = {held: running(found, moments) for held, found in steps.items()}
    return {
        held: {
            (bucket.start, ""): found[(moment, "")]
            for bucket, moment in zip(frame.buckets, frame.moments, strict=True)
        }
        for held, found in levels.items()
    }
