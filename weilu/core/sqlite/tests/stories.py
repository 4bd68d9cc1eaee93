"""An operator writes beside a worker that begins one transaction after the other."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from django.db import OperationalError, connection, connections, transaction

from weilu.core.directory.models import Brand
from weilu.core.locks import in_turn

HELD_SECONDS = 0.05


def waits() -> list[float]:
    """Seconds that each of the operator's writes took, while the worker held the lock nearly all the time."""
    stop = threading.Event()
    Brand.objects.create(name="Hearth")
    worker = threading.Thread(target=_busy, args=(stop,))
    worker.start()
    time.sleep(2 * HELD_SECONDS)
    taken = []
    for number in range(12):
        started = time.monotonic()
        with transaction.atomic():
            Brand.objects.update(name=f"Hearth {number}")
        taken.append(time.monotonic() - started)
        time.sleep(HELD_SECONDS)
    stop.set()
    worker.join()
    return taken


def endings() -> dict[str, bool]:
    """Whether another one may begin: inside a transaction, and after each way in which one ends."""
    found = {}
    with transaction.atomic():
        Brand.objects.create(name="Hearth")
        found["inside"] = _free()
    found["committed"] = _free()
    with suppress(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    found["failed"] = _free()
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")
    found["a wrong statement"] = _free()
    with transaction.atomic():
        connection.close()
    found["closed"] = _free()
    return found


def _free() -> bool:
    with in_turn(Path(connection.settings_dict["NAME"]), wait=0) as held:
        return held


def _busy(stop: threading.Event) -> None:
    while not stop.is_set():
        with transaction.atomic():
            Brand.objects.update(language="zh-hans")
            time.sleep(HELD_SECONDS)
    connections.close_all()
