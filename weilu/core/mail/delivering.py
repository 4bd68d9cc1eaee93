"""Who takes the letters that are due? A thread of the worker; several workers share them, each claims its own.

A claim is a lease: whoever dies in the middle loses it, and the letter goes out again under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading

from django.db import close_old_connections
from django.db.models import Q

from weilu.core import clock
from weilu.core.mail import actions, composing, sending
from weilu.core.mail.models import Letter, State

logger = logging.getLogger("weilu.mail")
LEASE = dt.timedelta(minutes=2)
LOOK_SECONDS = 2.0
DOWN_SECONDS = 30.0
"""A server that cannot be spoken to is left alone for so long, and with it all letters that are due."""


def run_forever(stop: threading.Event) -> None:
    """The worker's thread."""
    while not stop.is_set():
        close_old_connections()
        rest = LOOK_SECONDS
        try:
            while not stop.is_set() and (letter := claim()) is not None:
                if deliver(letter).down:
                    rest = DOWN_SECONDS
                    break
        except Exception:
            # Whatever it was, the thread goes on: letters are marked after they are sent, so none is lost by it.
            logger.exception("mail not sent")
            rest = DOWN_SECONDS
        stop.wait(rest)


def run_once() -> int:
    """Send all that is due, one after the other; returns how many were tried. Stops where the server is down."""
    tried = 0
    while (letter := claim()) is not None:
        tried += 1
        if deliver(letter).down:
            break
    return tried


def claim() -> Letter | None:
    """The letter that has been due longest, ours for a lease."""
    if not actions.set_up():
        return None
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    # Looked at before it is claimed, so that an idle worker never takes SQLite's write lock.
    due = Letter.objects.filter(free, state=State.WAITING, next_at__lte=now)
    for row in due.select_related("operator").order_by("next_at", "pk")[:20]:
        if Letter.objects.filter(free, pk=row.pk, state=State.WAITING).update(claimed_until=now + LEASE):
            return row
    return None


def deliver(letter: Letter) -> sending.Outcome:
    """Put it together, hand it over, write down how that went. No transaction is open meanwhile."""
    words = composing.compose(letter)
    if words is None:
        actions.drop(letter)
        return sending.Outcome()
    found = sending.send(letter, words)
    actions.settle(letter, found)
    if found.error:
        logger.warning("letter not taken", extra={"letter": letter.pk, "error": found.error})
    return found
