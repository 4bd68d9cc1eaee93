"""The judge of the SDK proof notices each way in which a server can be wrong."""

from __future__ import annotations

import pytest

from proofs.sdks import judge
from tests.sdks.senders import SENDERS, Report, Task

TASK = Task(SENDERS[0], "http://127.0.0.1:1", "key", "cai-0", first=1_000, burst=20, seconds=1.0)
ALL = dict.fromkeys(TASK.made, 1)
pytestmark = pytest.mark.once


def told(task: Task = TASK) -> list[Report]:
    return [Report(task, "an-sdk", "1.0", frozenset(task.made))]


def test_all_there_once_holds() -> None:
    judge(told(), ALL)


def test_what_an_sdk_counts_as_delivered_and_is_not_there_is_lost() -> None:
    with pytest.raises(AssertionError, match="1 delivered calls are not in the log"):
        judge(told(), dict.fromkeys(TASK.made[1:], 1))


def test_what_is_there_twice_is_doubled() -> None:
    with pytest.raises(AssertionError, match="1 calls are there more than once"):
        judge(told(), {**ALL, 1_003: 2})


def test_what_nobody_sent_is_invented() -> None:
    with pytest.raises(AssertionError, match="that nobody made"):
        judge(told(), {**ALL, 99_999: 1})


def test_a_proof_in_which_nothing_arrived_proves_nothing() -> None:
    with pytest.raises(AssertionError, match="too few"):
        judge([Report(TASK, "an-sdk", "1.0", frozenset())], ALL)
