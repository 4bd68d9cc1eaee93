"""What do the worker's threads do all day?"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

from weilu.connectors.webhooks import delivering
from weilu.core import clock, disk
from weilu.core.events import changes
from weilu.core.jobs import pump, recurring, tasks
from weilu.core.mail import delivering as mail

logger = logging.getLogger("weilu.worker")
LOOK_SECONDS = 0.5
SWEEP_SECONDS = 5.0


def run_pump(stop: threading.Event, lane: str) -> None:
    pump.run_forever(stop, lane)


def run_helper(stop: threading.Event) -> None:
    pump.help_out(stop)


def run_sender(stop: threading.Event) -> None:
    delivering.run_forever(stop)


def run_mail(stop: threading.Event) -> None:
    mail.run_forever(stop)


def run_jobs(stop: threading.Event, holder: str) -> None:
    """Queued tasks one after the other; recurring work and the reaper in between."""
    sweep_at, look, busy = clock.now(), changes.Look(), False
    while not stop.is_set():
        close_old_connections()
        busy = (busy or look.due()) and disk.has_room() and _guarded(lambda: tasks.run_waiting(holder))
        if clock.now() >= sweep_at:
            _guarded(lambda: bool(recurring.run_due(holder)) | bool(tasks.reap(clock.now())))
            sweep_at = clock.now() + dt.timedelta(seconds=SWEEP_SECONDS)
        if not busy:
            stop.wait(LOOK_SECONDS)


def _guarded(work: Callable[[], bool]) -> bool:
    try:
        return work()
    except Exception:
        logger.exception("worker turn failed")
        return False
