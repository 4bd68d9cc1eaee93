"""Who takes the deliveries that are due? A thread of the worker; several workers share them, each claims its own.

A claim is a lease: whoever dies in the middle loses it, and the message goes out again under the same id.
"""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import logging
import threading
from collections import Counter

from django.db import close_old_connections
from django.db.models import OuterRef, Q, QuerySet, Subquery

from weilu.connectors.webhooks import actions, deciding, payloads, rules, sending
from weilu.connectors.webhooks.models import Delivery, Endpoint, State
from weilu.core import clock
from weilu.core.errors import Unavailable
from weilu.core.events import changes
from weilu.core.operators import secrets

logger = logging.getLogger("weilu.webhooks")
AT_ONCE = 8
OF_ONE = 2
"""Messages in flight in one process, and of them to one endpoint, so that a slow receiver holds up nobody else."""
LEASE = dt.timedelta(seconds=60)
LOOK_SECONDS = 1.0
BROKEN_SECONDS = 10.0


def run_forever(stop: threading.Event) -> None:
    """The worker's thread: looks once a second whether anything may be due."""
    flights: dict[concurrent.futures.Future[None], int] = {}
    look = changes.Look()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while not stop.is_set():
            close_old_connections()
            flights = {one: endpoint for one, endpoint in flights.items() if not one.done()}
            try:
                if flights or look.due():
                    deciding.fan_out(clock.now())
                    for delivery in claim(AT_ONCE - len(flights), Counter(flights.values())):
                        flights[pool.submit(_in_its_thread, delivery)] = delivery.endpoint_id
                rest = LOOK_SECONDS
            except Unavailable:
                rest = BROKEN_SECONDS
            except Exception:
                # Whatever it was, the thread goes on: what is due stands in its table.
                logger.exception("webhooks not sent")
                rest = BROKEN_SECONDS
            stop.wait(rest)


def run_once() -> int:
    """Send all that is due, one after the other; returns how many were tried."""
    deciding.fan_out(clock.now())
    sent = 0
    while found := claim(1, Counter()):
        for delivery in found:
            deliver(delivery)
        sent += len(found)
    return sent


def claim(room: int, busy: Counter[int]) -> list[Delivery]:
    """Up to `room` deliveries that are due, at most `OF_ONE` to an endpoint with those in flight, each ours for a lease."""
    if room <= 0:
        return []
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    # Looked at before it is claimed, so that an idle worker never takes SQLite's write lock.
    due = Delivery.objects.filter(free, state=State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    taken: list[Delivery] = []
    for endpoint in _longest_waiting(due, busy)[:room]:
        mine = due.filter(endpoint=endpoint).select_related("endpoint__operator")
        for row in mine[: min(OF_ONE - busy[endpoint.pk], room - len(taken))]:
            if Delivery.objects.filter(free, pk=row.pk, state=State.WAITING).update(
                claimed_until=now + LEASE
            ):
                taken.append(row)
    return taken


def _longest_waiting(due: QuerySet[Delivery], busy: Counter[int]) -> QuerySet[Endpoint]:
    """Endpoints that have something due and a free place, by what waits longest; a look into the index for each, however much waits
    for one of them."""
    first = due.filter(endpoint=OuterRef("pk")).values("next_at")[:1]
    full = [endpoint for endpoint, count in busy.items() if count >= OF_ONE]
    running = Endpoint.objects.filter(paused="").exclude(pk__in=full)
    return running.annotate(first=Subquery(first)).exclude(first=None).order_by("first", "pk")


def deliver(delivery: Delivery) -> None:
    """Put the message together, send it, write down how that went. No transaction is open meanwhile."""
    body = payloads.body(delivery)
    if body is None:
        actions.drop(delivery)
        return
    actions.settle(delivery, sending.post(delivery.endpoint.url, headers(delivery, body), body))


def headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    """As Standard Webhooks 1.0 has them. While an old secret still counts both sign."""
    now = clock.now()
    timestamp = int(now.timestamp())
    signed = [
        rules.signature(secrets.unseal(actions.PURPOSE, sealed), delivery.message, timestamp, body)
        for sealed in _secrets(delivery.endpoint, now)
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Weilu-Webhooks/1",
        "webhook-id": delivery.message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


def _secrets(endpoint: Endpoint, now: dt.datetime) -> list[str]:
    old = endpoint.old_secret if endpoint.old_until is not None and endpoint.old_until > now else ""
    return [endpoint.secret, old] if old else [endpoint.secret]


def _in_its_thread(delivery: Delivery) -> None:
    try:
        deliver(delivery)
    except Exception:
        # The lease runs out and it is tried again; the log of the worker tells why.
        logger.exception("webhook not delivered", extra={"delivery": delivery.pk})
    finally:
        close_old_connections()
