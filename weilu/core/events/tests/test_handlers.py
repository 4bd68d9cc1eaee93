"""Handlers have each event once; what fails is parked; history never touches a member."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from tests.fixtures.log import Play, say
from weilu.core import clock
from weilu.core.directory.models import Brand
from weilu.core.errors import NotFound, Unavailable
from weilu.core.events import handlers, queries
from weilu.core.events.handlers import Handler
from weilu.core.events.models import HandlerCursor, Parked
from weilu.core.events.rows import Row


class Recorder:
    """A handler that notes what it is given, in the database, so that a rollback takes the note back too."""

    def __init__(self, *, poison: int = 0, effects: bool = False, name: str = "recorder") -> None:
        self.poison, self.name = poison, name
        self.handler = Handler(name, self.run, effects=effects)

    def run(self, rows: Sequence[Row]) -> None:
        for row in rows:
            Brand.objects.create(name=f"{self.name} {row.position}")
            if row.position == self.poison:
                raise RuntimeError("the text of a member")

    def had(self) -> list[int]:
        names = (
            Brand.objects.filter(name__startswith=self.name + " ")
            .order_by("id")
            .values_list("name", flat=True)
        )
        return [int(name.split()[1]) for name in names]


def turn(*recorders: Recorder, times: int = 1) -> None:
    for _ in range(times):
        handlers.run_once([recorder.handler for recorder in recorders])


def test_every_handler_has_every_event_once_in_order(play: Play) -> None:
    first, second = Recorder(name="first"), Recorder(name="second")
    play([say("Cai", number) for number in range(5)], batch=1)
    turn(first)
    play([say("Cai", number) for number in range(5, 8)], batch=1)
    turn(first, second, times=4)
    assert first.had() == second.had() == list(range(1, 9))


def test_an_import_causes_no_send_reward_or_penalty(play: Play) -> None:
    effects, plain = Recorder(name="effects", effects=True), Recorder(name="plain")
    turn(effects, plain)
    now = clock.now_ms()
    turn(effects, plain)
    play([say("Cai", now - one) for one in range(20)], batch=9)
    turn(effects, plain, times=2)
    assert effects.had() == []
    assert len(plain.had()) == 20
    play([say("Bea", now)], live=True)
    turn(effects, plain, times=2)
    assert effects.had() == [queries.head()]


def test_a_new_handler_with_effects_does_not_act_on_the_past(play: Play) -> None:
    play([say("Cai", clock.now_ms())], live=True)
    late = Recorder(effects=True)
    turn(late, times=2)
    assert late.had() == []
    play([say("Cai", clock.now_ms() + 1)], live=True)
    turn(late)
    assert late.had() == [2]


def test_an_event_that_fails_five_times_is_parked_and_the_rest_goes_on(play: Play) -> None:
    broken = Recorder(poison=3)
    play([say("Cai", number) for number in range(6)], batch=1)
    turn(broken, times=4)
    assert broken.had() == [1, 2]
    assert handlers.parked() == []
    turn(broken, times=2)
    assert broken.had() == [1, 2, 4, 5, 6]
    (parked,) = handlers.parked()
    assert (parked.handler, parked.position, parked.attempts) == ("recorder", 3, 5)
    assert parked.error.startswith("RuntimeError at ")
    assert "member" not in parked.error


def test_a_failure_that_passes_leaves_no_trace(play: Play) -> None:
    moody = Recorder(poison=2)
    play([say("Cai", number) for number in range(3)], batch=1)
    turn(moody, times=2)
    moody.poison = 0
    turn(moody, times=2)
    assert moody.had() == [1, 2, 3]
    assert not Parked.objects.exists()


def test_a_parked_event_is_replayed_by_hand(play: Play) -> None:
    broken = Recorder(poison=1)
    play([say("Cai", 1)], batch=1)
    turn(broken, times=5)
    (parked,) = handlers.parked()
    assert not handlers.replay(parked.pk, [broken.handler])
    broken.poison = 0
    assert handlers.replay(parked.pk, [broken.handler])
    assert broken.had() == [1]
    assert handlers.parked() == []
    with pytest.raises(NotFound):
        handlers.replay(parked.pk, [broken.handler])


def test_writes_and_cursor_commit_together(play: Play) -> None:
    class Killed(BaseException):
        pass

    def die(rows: Sequence[Row]) -> None:
        Brand.objects.create(name="half")
        raise Killed

    play([say("Cai", 1)], batch=1)
    with pytest.raises(Killed):
        handlers.run_once([Handler("dying", die)])
    assert not Brand.objects.filter(name="half").exists()
    assert HandlerCursor.objects.get(name="dying").position == 0


def test_a_handler_is_given_only_the_kinds_it_wants(play: Play) -> None:
    had: list[int] = []
    picky = Handler(
        "picky", lambda rows: had.extend(row.position for row in rows), kinds=frozenset({"member.left"})
    )
    play([say("Cai", 1), say("Cai", 2)._replace(kind="member.left")], batch=1)
    handlers.run_once([picky])
    assert had == [2]


def test_what_is_down_is_no_events_fault(play: Play) -> None:
    down: list[Exception] = [Unavailable("resting"), OperationalError("disk is full")] * 4
    recorder = Recorder()

    def run(rows: Sequence[Row]) -> None:
        if down:
            raise down.pop()
        recorder.run(rows)

    play([say("Cai", number) for number in range(3)], batch=1)
    for _ in range(9):
        handlers.run_once([Handler("recorder", run)])
    assert recorder.had() == [1, 2, 3]
    assert not Parked.objects.exists()


def test_one_bad_event_does_not_make_a_thousand_transactions(play: Play) -> None:
    calls: list[int] = []

    def run(rows: Sequence[Row]) -> None:
        calls.append(len(rows))
        if any(row.position == 700 for row in rows):
            raise RuntimeError

    play([say("Cai", number) for number in range(1_000)], batch=1)
    for _ in range(6):
        handlers.run_once([Handler("halves", run)])
    assert HandlerCursor.objects.get(name="halves").position == 1_000
    assert [parked.position for parked in handlers.parked()] == [700]
    assert len(calls) < 100


def test_a_worker_that_failed_does_not_set_back_one_that_got_further(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    """Between a failure and its note another worker may take the cursor, succeed and go on."""
    broken = Recorder(poison=2)
    play([say("Cai", number) for number in range(4)], batch=1)

    class Meanwhile(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            HandlerCursor.objects.filter(name="recorder").update(position=4)

    listening = Meanwhile()
    handlers.logger.addHandler(listening)
    try:
        with caplog.at_level(logging.WARNING, handlers.logger.name):
            turn(broken, times=6)
    finally:
        handlers.logger.removeHandler(listening)
    assert HandlerCursor.objects.get(name="recorder").position == 4
    assert not Parked.objects.exists()


def test_of_two_who_replay_at_once_one_does(play: Play) -> None:
    broken = Recorder(poison=1)
    play([say("Cai", 1)], batch=1)
    turn(broken, times=5)
    (parked,) = handlers.parked()
    broken.poison = 0

    def somebody_was_faster(rows: Sequence[Row]) -> None:
        raise AssertionError("it was replayed already")

    real = queries.read

    def meanwhile(after: int, limit: int) -> list[Row]:
        Parked.objects.filter(pk=parked.pk).delete()
        return real(after, limit)

    with pytest.MonkeyPatch.context() as late:
        late.setattr(handlers.queries, "read", meanwhile)
        assert not handlers.replay(parked.pk, [Handler("recorder", somebody_was_faster)])
