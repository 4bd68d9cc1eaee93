"""How long does a door stay shut?"""

from __future__ import annotations

import datetime as dt

import pytest

from weilu.core.operators import rules

DOORS = [(rules.ACCOUNT, 5), (rules.ADDRESS, 20), (rules.SECOND, 5), (rules.FIRST_START, 5)]


@pytest.mark.parametrize(("door", "free"), DOORS)
def test_after_its_free_attempts_a_door_is_shut_for_thirty_seconds_then_twice_as_long_and_an_hour_at_most(
    door: rules.Door, free: int
) -> None:
    assert rules.lock(door, free - 1) is None
    waits = [rules.lock(door, free + more) for more in range(9)]
    assert waits == [dt.timedelta(seconds=min(30 * 2**more, 3_600)) for more in range(9)]
    assert rules.lock(door, 10_000) == dt.timedelta(hours=1)


@pytest.mark.parametrize(("door", "free"), DOORS)
def test_a_quiet_day_clears_what_was_counted(door: rules.Door, free: int) -> None:
    last = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    day = dt.timedelta(days=1)
    assert rules.counted(door, free, last, last + day - dt.timedelta(seconds=1)) == free
    assert rules.counted(door, free, last, last + day) == 0
