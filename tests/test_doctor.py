"""The doctor names what is wrong and what to do about it; each check can fail."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from tests.fixtures.log import Play, say
from tests.fixtures.warehouse import Warehouse
from weilu.app import doctor
from weilu.core import disk
from weilu.core.events import actions
from weilu.core.events.models import Parked
from weilu.core.jobs.models import Recurring

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def found(check: str) -> tuple[str, str, str]:
    (one,) = [finding for finding in doctor.examine() if finding.check == check]
    return one.level, one.says, one.cure


def test_a_house_in_order_is_told_so(db: None, warehouse: Warehouse, play: Play, settings: Any) -> None:
    settings.HOME.chmod(0o700)
    play([say("Cai", 1)])
    warehouse.loaded()
    wrong = [finding for finding in doctor.examine() if finding.level != "ok"]
    assert [finding for finding in wrong if finding.check not in ("pages", "home")] == []


def test_events_that_failed_five_times_are_shown_with_the_address_that_replays_them(
    ada: Any, client_of: Any, settings: Any
) -> None:
    Parked.objects.create(handler="rewards", position=1, attempts=5, parked_at=NOW)
    level, says, cure = found("handlers")
    assert (level, says) == ("bad", "1 events failed five times and are parked")
    address = cure[cure.index(settings.BASE_URL) + len(settings.BASE_URL) :]
    assert "rewards" in client_of(ada).get(address).content.decode()


def test_a_warehouse_that_is_down_is_told(db: None, warehouse_down: None) -> None:
    level, _says, cure = found("warehouse")
    assert level == "bad"
    assert "weilu warehouse rebuild" in cure


def test_a_warehouse_that_is_behind_is_told(db: None, warehouse: Warehouse, play: Play) -> None:
    warehouse.loaded()
    play([say("Cai", 1)])
    assert found("warehouse")[:2] == ("warn", "1 events behind the log")


def test_events_that_nobody_carries_on_are_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.append([say("Cai", 1)], batch=1)
    assert found("log")[:2] == ("ok", "position 0, 1 waiting")
    monkeypatch.setattr("weilu.core.events.intake.count", lambda: 100_001)
    assert found("log")[0] == "warn"


def test_work_that_fails_is_told(db: None) -> None:
    Recurring.objects.create(name="events.purge", next_at=NOW, last_error="OSError")
    DBTaskResult.objects.create(
        id=uuid.uuid4(), status="FAILED", task_path="weilu.none", args_kwargs={}, queue_name="default", backend_name="default",
        run_after=NOW, exception_class_path="", traceback="",
    )  # fmt: skip
    assert found("recurring work")[:2] == ("bad", "events.purge")
    assert found("tasks")[:2] == ("warn", "1 failed")


@pytest.mark.parametrize(
    ("free", "level"),
    [(10 * 1024**2, "bad"), (1024**3, "warn"), (100 * 1024**3, "ok")],
    ids=["full", "low", "enough"],
)
def test_a_disk_that_gets_full_is_told_in_time(
    db: None, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free // 4096, f_frsize=4096))
    disk.forget()
    assert found("home")[0] == level


def test_a_restore_that_was_cut_off_is_told(db: None, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    (tmp_path / "restoring").mkdir()
    (tmp_path / "restoring" / "touched").touch()
    assert found("restore")[0] == "bad"


def test_a_check_that_breaks_is_a_finding_and_hides_no_other(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise ValueError("the name of a member")

    checks: tuple[Callable[..., Any], ...] = (broken, *doctor.CHECKS)
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert found("broken")[:2] == ("bad", "could not be examined (ValueError)")
    assert found("python")[0] == "ok"
