"""Where does the members table go on after a row, in any order, whatever came in meanwhile?"""

from __future__ import annotations

from typing import Any

import numpy as np

from weilu.core.operators.access import Viewer
from weilu.members.queries.names import names
from weilu.members.queries.table import BEST, Filter, Row, Table, falls, matching, rows_of
from weilu.members.rules.influence import TIERS
from weilu.members.when import When


def onward(viewer: Viewer, asked: Filter, when: When, mark: list[Any] | None, limit: int) -> list[Row]:
    """Up to `limit` rows behind the row with this mark (`mark_of`), in the table's order."""
    table = matching(viewer, asked, when)
    start = 0 if mark is None else _behind(table, asked, mark)
    return list(rows_of({name: column[start : start + limit] for name, column in table.items()}))


def mark_of(row: Row, asked: Filter) -> list[Any]:
    """The sort values of a row as it is shown, the id last."""
    if asked.sort == "name":
        unnamed = row.name == f"#{row.id}"
        return [unnamed, "" if unnamed else row.name.casefold(), row.id]
    return [getattr(row, asked.sort), row.id]


def _behind(table: Table, asked: Filter, mark: list[Any]) -> int:
    """How many rows stand up to the mark."""
    people = table["person"]
    if asked.sort == "name":
        return _behind_name(people, asked, mark)
    column = table[asked.sort]
    value = _ranked(asked.sort, mark[0])
    column, value = (-column, -value) if falls(asked) else (column, value)
    return int(np.sum((column < value) | ((column == value) & (people <= mark[1]))))


def _ranked(sort: str, value: Any) -> int:
    orders: dict[str, tuple[str, ...]] = {"state": (*BEST, ""), "tier": (*TIERS, "")}
    return orders[sort].index(value) if sort in orders else int(value)


def _behind_name(people: np.ndarray, asked: Filter, mark: list[Any]) -> int:
    """Names are compared here: their place in the alphabet moves with every new name."""
    here = tuple(mark)
    called = names(people.tolist())
    keys = [
        (name == f"#{who}", "" if name == f"#{who}" else name.casefold(), who) for who, name in called.items()
    ]
    return sum(key >= here if asked.descending else key <= here for key in keys)
