"""Does the warehouse leave room on small machines, and take what large questions need on large ones?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from weilu.core.warehouse.memory import LEAST, MOST, give_back_after, limits, machine_bytes
from weilu.core.warehouse.slim import CLEAN

GIB = 2**30


def test_on_a_small_machine_questions_stay_small() -> None:
    assert limits(2 * GIB) == limits(8 * GIB) == (LEAST, 600_000_000, 200_000_000)


def test_on_a_large_machine_one_question_may_take_three_gigabytes_and_never_more() -> None:
    assert limits(24 * GIB) == limits(512 * GIB) == (MOST, 3_100_000_000, 1_300_000_000)


def test_memory_is_given_back_sooner_while_the_process_is_large_and_files_are_much_of_it() -> None:
    assert give_back_after(150_000_000, 100_000_000) == 1.0
    assert give_back_after(300_000_000, 150_000_000) == 0.25
    assert give_back_after(2_000_000_000, 50_000_000) == 1.0


BEGINNING = "7f1000000000-7f1009057000 r--p 00000000 fe:00 123    /lib/_chdb.abi3.so"
CODE = "7f1009057000-7f1020628000 r-xp 09056000 fe:00 123    /lib/_chdb.abi3.so"
ADDRESSES = "7f1020628000-7f1021157000 r--p 20627000 fe:00 123    /lib/_chdb.abi3.so"
DATA = "7f1021157000-7f1022000000 rw-p 21154000 fe:00 123    /lib/_chdb.abi3.so"
HEAP = "55bf19d5a000-55bf1a400000 rw-p 00000000 00:00 0    [heap]"


def test_a_librarys_beginning_and_code_can_be_dropped_and_nothing_that_was_written() -> None:
    assert [bool(CLEAN.match(line)) for line in (BEGINNING, CODE, ADDRESSES, DATA, HEAP)] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("machine", [GIB, 4 * GIB, 12 * GIB, 16 * GIB, machine_bytes()])
def test_a_question_is_on_the_disk_before_it_is_refused_and_leaves_room_to_others(machine: int) -> None:
    server, query, spill = limits(machine)
    assert 0 < spill < query < server


LARGE = """
import sys, threading
from weilu.core.warehouse.slim import keep_little, slim
if "little" in sys.argv:
    keep_little()
def anonymous():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1024
def answers():
    for size in (20, 19, 18):
        b"x" * (size << 20)
before = anonymous()
thread = threading.Thread(target=answers)
thread.start()
thread.join()
slim()
print(anonymous() - before)
"""


def test_glibc_keeps_large_blocks_unless_it_is_told() -> None:
    assert left_behind() > 12, "the warehouse need not tell glibc anything any more"
    assert left_behind("little") < 4


def left_behind(*words: str) -> int:
    """Megabytes that a process holds after a thread of it had some large blocks."""
    told = subprocess.run([sys.executable, "-c", LARGE, *words], capture_output=True, check=True, timeout=60)
    return int(told.stdout)
