"""Does what left the log leave the column store?"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import Play, say
from tests.fixtures.warehouse import Warehouse
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.events import actions
from weilu.core.warehouse import jobs, loader, retractions
from weilu.core.warehouse.dirty import dirty_since
from weilu.core.warehouse.models import AppliedRetraction
from weilu.core.warehouse.tests.test_loader import JUNE, MINUTE, week

MESSAGES = "SELECT identity, happened, ms, subject, batch FROM weilu.events WHERE kind = 'message.sent' ORDER BY subject"
COUNT = "SELECT count() FROM weilu.events WHERE kind = 'message.sent'"


def test_an_undone_import_leaves_no_row(warehouse: Warehouse, play: Play) -> None:
    play(week(), batch=7)
    play([say("Ada", JUNE)])
    warehouse.loaded()
    actions.retract_batch(7)
    warehouse.loaded()
    assert warehouse.rows(COUNT) == [(1,)]
    assert warehouse.rows("SELECT uniqExact(identity) FROM weilu.ownership FINAL") == [
        (Identity.objects.count(),)
    ]


def test_import_undo_and_import_again_holds_what_one_import_holds(warehouse: Warehouse, play: Play) -> None:
    play(week(), batch=7)
    warehouse.loaded()
    once = warehouse.rows("SELECT subject, happened FROM weilu.events ORDER BY subject")
    actions.retract_batch(7)
    warehouse.loaded()
    play(week(), batch=8)
    warehouse.loaded()
    again = "SELECT subject, happened FROM weilu.events WHERE kind = 'message.sent' ORDER BY subject"
    assert warehouse.rows(again) == once


def test_what_two_imports_saw_passes_to_the_second(warehouse: Warehouse, play: Play) -> None:
    both = week(people=4)
    play(both[:50], batch=7)  # type: ignore[index]
    play(both[30:], batch=8)
    warehouse.loaded()
    actions.retract_batch(7)
    warehouse.loaded()
    assert warehouse.rows("SELECT batch, count() FROM weilu.events WHERE subject > 0 GROUP BY batch") == [
        (8, 50)
    ]


def test_a_retraction_between_reading_and_counting_a_block_is_not_lost(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(week(), batch=7)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(loader, "_done", die)
        with pytest.raises(KeyboardInterrupt):
            loader.run_once()
    actions.retract_batch(7)
    warehouse.loaded()
    assert warehouse.rows(COUNT) == [(0,)]


def test_all_events_of_an_account_go(warehouse: Warehouse, play: Play) -> None:
    play([say("Cai", JUNE + n * MINUTE) for n in range(30)] + [say("Ada", JUNE)])
    warehouse.loaded()
    actions.retract_identity(Identity.objects.get(name="Cai").id)
    warehouse.loaded()
    assert warehouse.rows(COUNT) == [(1,)]


def test_carrying_out_a_retraction_twice_changes_nothing(warehouse: Warehouse, play: Play) -> None:
    play(week(), batch=7)
    play([say("Ada", JUNE)])
    warehouse.loaded()
    actions.retract_batch(7)
    warehouse.loaded()
    before = warehouse.rows(MESSAGES)
    AppliedRetraction.objects.all().delete()
    loader.refresh()
    assert warehouse.rows(MESSAGES) == before
    assert AppliedRetraction.objects.count() == 1


def test_a_retraction_marks_its_days(warehouse: Warehouse, play: Play) -> None:
    play(week(people=1), batch=7)
    warehouse.loaded()
    mark = dirty_since().mark
    actions.retract_batch(7)
    warehouse.loaded()
    assert dt.date(2018, 6, 1) in {day for _, day in dirty_since(mark).days}


def test_many_single_positions_go_in_several_mutations(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retractions, "RANGES", 3)
    play([say("Cai" if n % 2 else "Ada", JUNE + n * MINUTE) for n in range(40)])
    warehouse.loaded()
    actions.retract_identity(Identity.objects.get(name="Cai").id)
    warehouse.loaded()
    assert warehouse.rows(COUNT) == [(20,)]


def test_within_the_day_the_job_sees_the_old_parts_go_from_the_disk(warehouse: Warehouse, play: Play) -> None:
    play(week(), batch=7)
    play([say("Ada", JUNE)])
    warehouse.loaded()
    actions.retract_batch(7)
    jobs.purge(clock.now())
    gone = "SELECT count() FROM system.parts WHERE NOT active AND table = 'events' AND database = 'weilu'"
    assert warehouse.rows(COUNT) == [(1,)]
    assert warehouse.rows(gone) == [(0,)]
