"""How are guesses slowed down, for one account and from one address?

An attempt is counted before it is judged, so that many at once do not slip past the count; success takes it back.
Accounts that do not exist are counted like those that do, so the answer tells nothing about them.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import ngettext

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.operators import rules, secrets
from weilu.core.operators.models import Failure

Door = tuple[rules.Door, str]


class Locked(WeiluError):
    """Too many attempts: the door opens by itself after a while."""

    status = 429
    code = "locked"


def attempt(*doors: Door) -> None:
    """Count an attempt at each door; raises `Locked`, and counts nothing, where one of them is shut."""
    now = clock.now()
    with transaction.atomic():
        rows = [_row(door, key, now) for door, key in doors]
        for row in rows:
            if row.locked_until is not None and row.locked_until > now:
                raise _locked(row.locked_until - now)
        for row, (door, _key) in zip(rows, doors, strict=True):
            _count(row, door, now)


def succeeded(*doors: Door) -> None:
    """Forget the failures of an account. An address only gets its last attempt back: its own account must not clear its guesses."""
    with transaction.atomic():
        for door, key in doors:
            rows = Failure.objects.filter(scope=door.scope, key=_digest(door, key))
            if door is rules.ADDRESS:
                _give_back(rows.select_for_update().first(), door)
            else:
                rows.delete()


def forget(now: dt.datetime) -> int:
    """Drop the counts that no longer count, else every guess at a name would stay for good; returns how many."""
    return Failure.objects.filter(last_at__lte=now - rules.FORGET_AFTER).delete()[0]


def _row(door: rules.Door, key: str, now: dt.datetime) -> Failure:
    row, _new = Failure.objects.select_for_update().get_or_create(
        scope=door.scope, key=_digest(door, key), defaults={"last_at": now}
    )
    return row


def _count(row: Failure, door: rules.Door, now: dt.datetime) -> None:
    row.count = rules.counted(door, row.count, row.last_at, now) + 1
    row.last_at = now
    shut = rules.lock(door, row.count)
    row.locked_until = now + shut if shut else None
    row.save()


def _give_back(row: Failure | None, door: rules.Door) -> None:
    if row is None:
        return
    row.count = max(row.count - 1, 0)
    row.locked_until = row.locked_until if rules.lock(door, row.count) else None
    row.save()


def _digest(door: rules.Door, key: str) -> str:
    return secrets.digest(f"lockout/{door.scope}", key.strip().lower())


def _locked(left: dt.timedelta) -> Locked:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return Locked(
        ngettext(
            "Too many attempts. Try again in %(count)d minute.",
            "Too many attempts. Try again in %(count)d minutes.",
            minutes,
        )
        % {"count": minutes}
    )
