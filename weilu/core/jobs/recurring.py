"""What is due now? Recurring work, each piece claimed by one worker and marked done after doing."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from weilu.core import clock, disk
from weilu.core.jobs.models import Recurring

logger = logging.getLogger("weilu.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """`run(now)` every `every`; safe to run twice. `lease` bounds how long a dead worker can hold it."""

    name: str
    every: dt.timedelta
    run: Callable[[dt.datetime], object]
    lease: dt.timedelta = dt.timedelta(minutes=10)


_jobs: dict[str, Job] = {}


def register(jobs: Iterable[Job]) -> None:
    """Called once from `app.registry`."""
    _jobs.update({job.name: job for job in jobs})


def run_due(holder: str) -> int:
    """Run all that is due, one after the other; returns how many ran. With a full disk it waits, as the pump does: what failed
    there would be told as failing until its next turn, hours after there is room again."""
    if not disk.has_room():
        return 0
    _plan_new()
    # Looked at, all in one, before any is claimed, so that an idle worker asks little and never takes SQLite's write lock.
    due = set(_free().values_list("name", flat=True))
    return sum(_claim(job, holder) and _run(job, holder) for job in _jobs.values() if job.name in due)


def _plan_new() -> None:
    known = set(Recurring.objects.values_list("name", flat=True))
    fresh = [Recurring(name=name, next_at=clock.now()) for name in _jobs if name not in known]
    if fresh:
        Recurring.objects.bulk_create(fresh, ignore_conflicts=True)


def _free() -> QuerySet[Recurring]:
    """What is due and held by nobody who lives."""
    now = clock.now()
    return Recurring.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), next_at__lte=now)


def _claim(job: Job, holder: str) -> bool:
    return bool(_free().filter(name=job.name).update(leased_until=clock.now() + job.lease, holder=holder))


def _run(job: Job, holder: str) -> bool:
    error = ""
    try:
        job.run(clock.now())
    except Exception as problem:
        error = f"{type(problem).__module__}.{type(problem).__qualname__}"
        logger.exception("recurring job failed", extra={"job": job.name})
    _finish(job, holder, error)
    return True


def _finish(job: Job, holder: str, error: str) -> None:
    now = clock.now()
    Recurring.objects.filter(name=job.name, holder=holder).update(
        next_at=now + job.every,
        leased_until=None,
        holder="",
        runs=F("runs") + 1,
        failures=F("failures") + 1 if error else F("failures"),
        last_finished_at=now,
        last_error=error,
    )
