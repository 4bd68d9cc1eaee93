"""Which days may have been counted before these rows came?"""

from __future__ import annotations

import datetime as dt

import pytest

from weilu.core.events.rows import Row
from weilu.core.warehouse.blocks import block_of, late_days

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("live", "after_ms", "late"),
    [(True, HOUR, False), (True, HOUR + 1_000, True), (False, 0, True), (False, 2 * HOUR, True)],
)
def test_what_was_imported_or_came_an_hour_later_makes_its_day_anew(
    live: bool, after_ms: int, late: bool
) -> None:
    happened = int(NOON.timestamp() * 1000)
    row = Row(
        1, "message.sent", 1, happened, happened + after_ms, 5, 7, 0, 0, 0, 0, (), "matrix", 0, live, None, ""
    )
    assert late_days(block_of([row], ())) == ({(7, NOON.date())} if late else set())
