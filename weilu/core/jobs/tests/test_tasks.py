"""A queued task is done once; a dead worker's task is taken up again, and not for ever."""

import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from weilu.core import clock
from weilu.core.jobs import tasks
from weilu.core.jobs.models import Lease

pytestmark = pytest.mark.django_db
done: list[int] = []


@task()
def note(number: int) -> None:
    done.append(number)


@pytest.fixture(autouse=True)
def _fresh():
    done.clear()


def test_a_waiting_task_is_run_once_and_leaves_no_lease():
    note.enqueue(7)
    assert tasks.run_waiting("one")
    assert not tasks.run_waiting("one")
    assert (done, Lease.objects.count()) == ([7], 0)


def _claimed_by_a_worker_that_died():
    note.enqueue(1)
    row = DBTaskResult.objects.get()
    row.claim("dead")
    tasks.hold(row.id, "dead")
    return row


def test_a_dead_workers_task_is_put_back_when_its_lease_ends_and_done_by_another():
    _claimed_by_a_worker_that_died()
    assert tasks.reap(clock.now()) == 0
    assert tasks.reap(clock.now() + tasks.LEASE + dt.timedelta(seconds=1)) == 1
    assert tasks.run_waiting("two")
    assert done == [1]


def test_a_task_whose_worker_dies_every_time_fails_and_says_so():
    row = _claimed_by_a_worker_that_died()
    Lease.objects.update(attempts=tasks.ATTEMPTS)
    tasks.reap(clock.now() + tasks.LEASE + dt.timedelta(seconds=1))
    row.refresh_from_db()
    assert (row.status, row.exception_class_path) == ("FAILED", "weilu.core.jobs.tasks.WorkerLost")
    assert not tasks.run_waiting("two")


def test_a_worker_killed_between_claim_and_lease_loses_nothing():
    note.enqueue(3)
    DBTaskResult.objects.get().claim("dead")
    assert tasks.reap(clock.now()) == 0
    assert tasks.reap(clock.now() + tasks.LEASE + dt.timedelta(seconds=1)) == 1
    assert tasks.run_waiting("two")
    assert done == [3]


@task()
def beat_twice(number: int) -> None:
    held = Lease.objects.get().until
    done.append(beaten.wait(30) and Lease.objects.get().until > held)


beaten = threading.Event()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_once_does_not_end_the_lease_of_a_running_task(monkeypatch):
    tries = []

    def now():
        if threading.current_thread() is threading.main_thread():
            return clock.now()
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("the server is away")
        if len(tries) > 2:
            beaten.set()
        return clock.now() + dt.timedelta(minutes=1)

    monkeypatch.setattr(tasks, "clock", SimpleNamespace(now=now))
    monkeypatch.setattr(tasks, "BEAT_SECONDS", 0.01)
    beat_twice.enqueue(7)
    assert tasks.run_waiting("one")
    assert done == [True]


@task()
def quote(number: int) -> None:
    raise ValueError(f"Cai said {number}")


def test_what_a_failed_task_quotes_is_forgotten_with_whoever_is_erased():
    quote.enqueue(7)
    assert tasks.run_waiting("one")
    row = DBTaskResult.objects.get()
    assert "Cai said 7" in row.traceback
    tasks.forget_person(1)
    row.refresh_from_db()
    assert (row.status, row.exception_class_path, row.traceback) == ("FAILED", "builtins.ValueError", "")
