"""Who does the queued tasks, and what becomes of them when a worker dies?

The queue is django-tasks-db. A claimed task is held by a lease that its worker keeps renewing; a task whose lease has
run out is put back, at most `ATTEMPTS` times in all, then it fails and says so.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from typing import Any

from django.db import Error, close_old_connections, connections, transaction
from django.db.models import F
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from weilu.core import clock
from weilu.core.jobs.models import Lease

logger = logging.getLogger("weilu.jobs")
LEASE = dt.timedelta(seconds=30)
BEAT_SECONDS = 10.0
ATTEMPTS = 5
READY, RUNNING = "READY", "RUNNING"


class WorkerLost(Exception):
    """The task was taken up `ATTEMPTS` times and its worker died each time."""


class LeasingWorker(Worker):
    """The library's worker, holding a lease while a task runs."""

    def run_task(self, db_task_result: Any) -> None:
        stop = threading.Event()
        beat = threading.Thread(target=_keep, args=(db_task_result.id, self.worker_id, stop), daemon=True)
        hold(db_task_result.id, self.worker_id)
        beat.start()
        try:
            super().run_task(db_task_result)
        finally:
            stop.set()
            beat.join()
            Lease.objects.filter(task_id=db_task_result.id, holder=self.worker_id).delete()


def run_waiting(holder: str) -> bool:
    """Take one waiting task and run it to its end; False where none was waiting."""
    # Looked at before it is claimed, so that an idle worker never takes SQLite's write lock.
    if not DBTaskResult.objects.ready().exists():
        return False
    with exclusive_transaction(DBTaskResult.objects.db):
        task = DBTaskResult.objects.ready().get_locked()
        if task is not None:
            task.claim(holder)
    if task is None:
        return False
    _worker(holder).run_task(task)
    return True


def hold(task_id: uuid.UUID, holder: str) -> None:
    """Take the lease of a task that was just claimed; counts the attempt."""
    with transaction.atomic():
        known = Lease.objects.filter(task_id=task_id)
        if not known.update(holder=holder, until=clock.now() + LEASE, attempts=F("attempts") + 1):
            Lease.objects.create(task_id=task_id, holder=holder, until=clock.now() + LEASE)


def reap(now: dt.datetime) -> int:
    """Put back what dead workers left; returns how many tasks were freed or given up."""
    return sum(_reap_one(task, now) for task in DBTaskResult.objects.filter(status=RUNNING))


def forget_person(identity: int) -> None:
    """Somebody is erased: a traceback may quote anybody, so those of failed tasks go. Arguments are ids."""
    DBTaskResult.objects.exclude(traceback="").update(traceback="")


def _reap_one(task: Any, now: dt.datetime) -> bool:
    with transaction.atomic():
        lease = Lease.objects.select_for_update().filter(task_id=task.id).first()
        if lease is None and task.started_at and task.started_at > now - LEASE:
            return False  # claimed this moment, the lease follows
        if lease is not None and lease.until > now:
            return False
        if lease is not None and lease.attempts >= ATTEMPTS:
            lease.delete()
            task.set_failed(WorkerLost())
            return True
        freed = DBTaskResult.objects.filter(id=task.id, status=RUNNING)
        return bool(freed.update(status=READY, started_at=None))


def _keep(task_id: uuid.UUID, holder: str, stop: threading.Event) -> None:
    """A database that is away for a moment costs one beat, not the lease: it lasts for three."""
    while not stop.wait(BEAT_SECONDS):
        try:
            close_old_connections()
            Lease.objects.filter(task_id=task_id, holder=holder).update(until=clock.now() + LEASE)
        except Error:
            logger.exception("the lease of a task could not be renewed", extra={"task": str(task_id)})
    connections.close_all()


def _worker(holder: str) -> LeasingWorker:
    return LeasingWorker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=holder,
        excluded_queue_names=[],
    )
