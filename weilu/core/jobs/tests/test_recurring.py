"""Recurring work is done once per turn, by one worker, and a failure is counted and tried again."""

import datetime as dt

import pytest

from weilu.core import clock, disk
from weilu.core.jobs import recurring
from weilu.core.jobs.models import Recurring

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def calls(monkeypatch):
    done = []
    monkeypatch.setattr(recurring, "_jobs", {})
    recurring.register([recurring.Job("sweep", HOUR, done.append)])
    return done


def test_a_job_runs_when_due_and_not_before_its_next_time(calls):
    with clock.frozen(START):
        recurring.run_due("one")
        recurring.run_due("one")
    with clock.frozen(START + HOUR):
        recurring.run_due("two")
    assert calls == [START, START + HOUR]
    assert Recurring.objects.get(name="sweep").runs == 2


def test_what_a_living_worker_holds_no_other_takes_and_a_dead_ones_lease_ends(calls):
    with clock.frozen(START):
        recurring.run_due("one")
    held = START + HOUR + dt.timedelta(minutes=10)
    Recurring.objects.update(leased_until=held, holder="one")
    with clock.frozen(START + HOUR):
        recurring.run_due("two")
    assert calls == [START]
    with clock.frozen(held):
        recurring.run_due("two")
    assert calls == [START, held]


def test_with_a_full_disk_it_waits_and_is_done_as_soon_as_there_is_room(calls, monkeypatch):
    with clock.frozen(START):
        with monkeypatch.context() as full:
            full.setattr(disk, "has_room", lambda: False)
            assert recurring.run_due("one") == 0
            assert calls == []
        assert recurring.run_due("one") == 1
    assert calls == [START]


def test_a_failing_job_is_counted_and_does_not_stop_the_others(monkeypatch):
    done = []
    monkeypatch.setattr(recurring, "_jobs", {})

    def fails(now):
        raise RuntimeError("138 0000 0000")

    recurring.register([recurring.Job("bad", HOUR, fails), recurring.Job("good", HOUR, done.append)])
    with clock.frozen(START):
        recurring.run_due("one")
    bad = Recurring.objects.get(name="bad")
    assert (bad.failures, bad.last_error, done) == (1, "builtins.RuntimeError", [START])
