"""A sequencer that dies between any two steps loses nothing and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.fixtures.log import say
from weilu.core.directory.models import Identity
from weilu.core.events import actions, claims, holds, intake, queries, sequencer, spool, store
from weilu.core.events.models import Intake
from weilu.core.events.tests.whole import clean_slate, state
from weilu.core.locks import file_lock

STEPS: tuple[tuple[Any, str], ...] = (
    (intake, "take"),
    (store, "positions_of"),
    (sequencer, "_mint"),
    (sequencer, "_lay"),
    (store, "insert"),
    (claims, "write"),
    (holds, "write"),
    (intake, "remember"),
    (intake, "forget"),
    (spool, "forget"),
)


class Killed(BaseException):
    """The process is gone."""


def dying(step: Callable[..., Any], *, before: bool, at: int) -> Callable[..., Any]:
    """The same step, dying before or after its call number `at`."""
    calls = 0

    def run(*args: Any, **rest: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == at:
            raise Killed
        result = step(*args, **rest)
        if not before and calls == at:
            raise Killed
        return result

    return run


def come_in() -> None:
    actions.record(say("Cai", 1_000, "recorded"))
    actions.append([say("Bea", 2_000 + number, f"appended {number % 3}") for number in range(30)], batch=1)
    actions.append([say("Bea", 2_000), say("Dov", 3_000)], batch=2)
    spool.writer.close()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("room", "step"), STEPS, ids=[f"{room.__name__.rsplit('.')[-1]}.{step}" for room, step in STEPS]
)
@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_death_at_any_step_loses_and_doubles_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, room: Any, step: str, before: bool, at: int
) -> None:
    with clean_slate():
        come_in()
        sequencer.drain()
        whole, tallies = state(), [queries.tally(batch) for batch in (0, 1, 2)]
    come_in()
    with monkeypatch.context() as broken:
        broken.setattr(room, step, dying(getattr(room, step), before=before, at=at))
        for _ in range(3):
            try:
                sequencer.run_once(limit=10)
            except Killed:
                break
    sequencer.drain()
    assert state() == whole
    assert [queries.tally(batch) for batch in (0, 1, 2)] == tallies
    assert [row.position for row in queries.read(0, 100)] == list(range(1, 33))
    assert not Intake.objects.exists()
    assert not list(spool.folder().glob("*.spool"))
    assert Identity.objects.count() == 3


def test_while_another_process_writes_to_the_log_the_pump_passes_on_and_loses_nothing(db: None) -> None:
    if not intake.embedded():
        return  # on PostgreSQL the pump waits for its turn
    come_in()
    with file_lock(settings.HOME / "sequencer.lock"):
        assert sequencer.run_unless_busy() == 0
    assert sequencer.run_unless_busy() == 33
