"""Does the warehouse leave room on small machines, and take what large questions need on large ones?"""

from __future__ import annotations

import pytest

from weilu.core.warehouse.memory import LEAST, MOST, limits, machine_bytes

GIB = 2**30


def test_on_a_small_machine_questions_stay_small() -> None:
    assert limits(2 * GIB) == limits(8 * GIB) == (LEAST, 600_000_000, 200_000_000)


def test_on_a_large_machine_one_question_may_take_three_gigabytes_and_never_more() -> None:
    assert limits(24 * GIB) == limits(512 * GIB) == (MOST, 3_100_000_000, 1_300_000_000)


@pytest.mark.parametrize("machine", [GIB, 4 * GIB, 12 * GIB, 16 * GIB, machine_bytes()])
def test_a_question_is_on_the_disk_before_it_is_refused_and_leaves_room_to_others(machine: int) -> None:
    server, query, spill = limits(machine)
    assert 0 < spill < query < server
