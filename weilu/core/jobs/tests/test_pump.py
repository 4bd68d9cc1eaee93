"""The pump turns the steps round until nothing moves, and conclusions wait for the end of a flood."""

import threading
from itertools import pairwise

import pytest

from weilu.core import disk
from weilu.core.errors import Unavailable
from weilu.core.jobs import pump
from weilu.core.jobs.locks import only_one

pytestmark = pytest.mark.django_db  # on PostgreSQL the pump's lock stands in the database


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.setattr(pump, "IDLE_SECONDS", 0)
    monkeypatch.setattr(pump, "BROKEN_SECONDS", 0)
    monkeypatch.setattr(pump, "BREATH_SECONDS", dict.fromkeys(pump.LANES, 0))
    monkeypatch.setattr(pump, "_flood_since", None)

    def use(*found):
        monkeypatch.setattr(pump, "_steps", found)

    return use


def carrying(todo: list[int], log: list[str], name: str, *, patient: bool = False) -> pump.Step:
    def run() -> int:
        log.append(name)
        return todo.pop(0) if todo else 0

    return pump.Step(name, run, lambda: bool(todo), patient=patient)


def test_it_turns_until_nothing_moves(steps):
    log: list[str] = []
    steps(carrying([5, 5], log, "sequence"), carrying([3], log, "load"))
    assert pump.catch_up(5)
    assert log == ["sequence", "load"] * 3


def test_conclusions_are_drawn_once_a_flood_is_over(steps):
    log: list[str] = []
    steps(carrying([pump.FLOOD, pump.FLOOD], log, "sequence"), carrying([], log, "conclude", patient=True))
    assert pump.catch_up(5)
    assert log == ["sequence", "sequence", "sequence", "conclude"]


def test_people_talking_are_concluded_about_at_once(steps):
    log: list[str] = []
    steps(carrying([1], log, "sequence"), carrying([], log, "conclude", patient=True))
    pump.turn()
    assert log == ["sequence", "conclude"]


def test_a_part_that_is_down_or_breaks_does_not_stop_the_others(steps):
    log: list[str] = []

    def down() -> int:
        raise Unavailable("the warehouse rests")

    def breaks() -> int:
        raise RuntimeError

    steps(
        pump.Step("down", down, lambda: False),
        pump.Step("breaks", breaks, lambda: False),
        carrying([2], log, "load"),
    )
    assert pump.turn() == 2
    assert log == ["load"]


def test_while_another_worker_has_the_pump_only_shared_steps_are_lent_a_hand(steps, monkeypatch):
    log: list[str] = []
    stop = threading.Event()

    def shared() -> int:
        log.append("handle")
        stop.set()
        return 0

    steps(carrying([1], log, "sequence"), pump.Step("handle", shared, lambda: False, shared=True))
    monkeypatch.setattr(pump, "BROKEN_SECONDS", 5)
    with only_one(pump.LOG) as held:
        assert held
        pump.run_forever(stop, pump.LOG)
    assert log == ["handle"]


def test_catching_up_outlasts_a_step_that_fails_a_few_times(steps):
    left = [0, 0, 0, 4]
    steps(carrying(left, [], "stubborn"))
    assert pump.catch_up(5)
    assert not left


def test_catching_up_gives_up_where_nothing_moves(steps, monkeypatch):
    monkeypatch.setattr(pump, "STUCK_SECONDS", 0.05)
    steps(pump.Step("down", lambda: 0, lambda: True))
    assert not pump.catch_up(60)


def test_a_helper_leaves_the_conclusions_to_others_and_lets_go_when_nothing_moves(steps):
    log: list[str] = []
    steps(carrying([5_000, 0], log, "sequence"), carrying([], log, "conclude", patient=True))
    pump.turn(conclude=False)
    assert log == ["sequence"]
    pump.turn()
    assert log == ["sequence", "sequence", "conclude"]


def test_what_comes_in_goes_on_while_conclusions_are_drawn(steps):
    log: list[str] = []
    stop, loaded = threading.Event(), threading.Event()

    def load() -> int:
        log.append("load")
        if "conclude" in log:
            loaded.set()
        return 0

    def conclude() -> int:
        log.append("conclude")
        assert loaded.wait(5), "the loader stood still"
        stop.set()
        return 0

    steps(pump.Step("load", load, lambda: False), pump.Step("conclude", conclude, lambda: True, patient=True))
    pump.run_forever(stop, pump.LOG)
    assert log[0] == "load"
    assert "conclude" in log


def test_in_a_flood_that_does_not_end_conclusions_are_drawn_once_a_minute(steps, monkeypatch):
    log: list[str] = []
    steps(carrying([pump.FLOOD] * 100, log, "sequence"), carrying([], log, "conclude", patient=True))
    now = [0.0]
    monkeypatch.setattr(pump.time, "monotonic", lambda: now[0])
    for second in range(1, 100):
        now[0] = float(second) * 2
        pump.turn()
    assert log.count("conclude") == 3


def test_with_a_full_disk_everything_waits_where_it_is(steps, monkeypatch):
    log: list[str] = []
    steps(carrying([1], log, "sequence"))
    monkeypatch.setattr(disk, "has_room", lambda: False)
    assert pump.turn() == 0
    assert log == []


def test_the_pump_rests_until_there_is_reason_to_look(steps, monkeypatch):
    log: list[str] = []
    stop = threading.Event()
    reasons = [True, True, False, False, True]

    class Look:
        def due(self) -> bool:
            found = reasons.pop(0)
            if not reasons:
                stop.set()
            return found

    monkeypatch.setattr(pump, "_look", Look)
    steps(carrying([5], log, "load"))
    pump.run_forever(stop, pump.LOG)
    assert log == ["load"] * 3


def test_in_a_flood_conclusions_rest_longer_than_they_took(steps, monkeypatch):
    now, drawn = [1.0], []

    def conclude() -> int:
        drawn.append(now[0])
        now[0] += 50
        return 1

    steps(carrying([pump.FLOOD] * 500, [], "sequence"), pump.Step("conclude", conclude, bool, patient=True))
    monkeypatch.setattr(pump.time, "monotonic", lambda: now[0])
    for _ in range(400):
        now[0] += 2
        pump.turn()
    rests = [after - before - 50 for before, after in pairwise(drawn)]
    assert len(rests) >= 2
    assert min(rests) >= 3 * 50


def test_each_lane_has_a_pump_of_its_own_and_catching_up_carries_what_no_other_has(steps):
    log: list[str] = []
    store = pump.Step("load", lambda: log.append("load") or 0, lambda: False, lane=pump.STORE)
    steps(carrying([1], log, "sequence"), store)
    with only_one(pump.LOG) as held:
        assert held
        assert not pump.catch_up(0.3)
    assert set(log) == {"load"}
    assert pump.catch_up(5)
    assert log[-2:] == ["sequence", "load"]


class Rests(threading.Event):
    """Notes how long it is waited for, and is set after so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.taken: list[float] = []
        self._times = times

    def wait(self, timeout: float | None = None) -> bool:
        self.taken.append(timeout or 0)
        if len(self.taken) >= self._times:
            self.set()
        return self.is_set()


def test_a_lane_that_has_taken_all_there_was_draws_breath_and_one_that_left_something_goes_on(
    steps, monkeypatch
):
    monkeypatch.setattr(pump, "BREATH_SECONDS", {pump.LOG: 50.0})
    stop, left = Rests(2), [100, 100, 30, 7]
    steps(pump.Step("sequence", lambda: left.pop(0), lambda: bool(left), piece=100))
    pump.run_forever(stop, pump.LOG)
    assert not left
    assert len(stop.taken) == 2
    assert all(40 < rest <= 50 for rest in stop.taken)


def test_where_nothing_came_it_is_looked_for_again_after_a_moment(steps, monkeypatch):
    monkeypatch.setattr(pump, "BREATH_SECONDS", {pump.LOG: 50.0})
    monkeypatch.setattr(pump, "IDLE_SECONDS", 0.2)
    stop = Rests(1)
    steps(pump.Step("sequence", lambda: 0, lambda: False))
    pump.run_forever(stop, pump.LOG)
    assert stop.taken[0] == 0.2


def test_conclusions_rest_also_while_people_just_talk(steps, monkeypatch):
    log: list[str] = []
    stop = threading.Event()

    def load() -> int:
        """Whatever is being concluded is done before the lane looks again."""
        for thread in threading.enumerate():
            if thread.name == "conclusions":
                thread.join(5)
        log.append("load")
        if log.count("load") == 10:
            stop.set()
        return 1

    def conclude() -> int:
        log.append("conclude")
        return 1

    monkeypatch.setattr(pump, "RESTS", 1_000_000_000)
    steps(pump.Step("load", load, lambda: True), pump.Step("conclude", conclude, lambda: True, patient=True))
    pump.run_forever(stop, pump.LOG)
    assert log.count("conclude") == 1
