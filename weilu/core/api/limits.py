"""How often may a program call, and how is it told? A fixed minute per token and per address, counted over all processes.

Counts stand in the cache where `WEILU_CACHE_URL` names one. Else in a small table: on PostgreSQL unlogged, embedded in a
file of its own without syncs, since a count beside the business would make every read a synced write (measured in
docs/decisions/0040). Where counting fails the request goes on: a limit is a courtesy, not a lock.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.api.callers import NOBODY, Caller
from weilu.core.errors import WeiluError
from weilu.core.operators import addresses, secrets

logger = logging.getLogger("weilu.api")
WINDOW = 60
"""Seconds."""
COUNT = """INSERT INTO api_rate (key, minute, count) VALUES ({0}, {0}, 1) ON CONFLICT (key) DO UPDATE SET
count = CASE WHEN api_rate.minute = excluded.minute THEN api_rate.count + 1 ELSE 1 END, minute = excluded.minute
RETURNING count"""
TABLE = (
    "CREATE TABLE IF NOT EXISTS api_rate (key TEXT PRIMARY KEY, minute INTEGER, count INTEGER) WITHOUT ROWID"
)


class TooMany(WeiluError):
    """The caller came more often than it may; `retry_after` seconds later the next minute begins."""

    status = 429
    code = "too_many_requests"

    def __init__(self, wait: int) -> None:
        super().__init__(
            _("Too many requests. Go on in %(seconds)d seconds.") % {"seconds": wait}, retry_after=wait
        )


@dataclass(frozen=True, slots=True)
class Spent:
    """How the narrowest limit stands after this request: `left` of `limit` until `reset` seconds from now."""

    limit: int
    left: int
    reset: int
    over: bool


def take(request: HttpRequest, caller: Caller) -> Spent:
    """Count the request for its address and, where it came with a token or a session, for that."""
    now = int(clock.now().timestamp())
    address = addresses.client(request)
    doors = [(f"address:{address}", settings.API_RATE_ADDRESS)]
    if caller.kind == NOBODY:
        doors = [(f"unknown:{address}", settings.API_RATE_UNKNOWN), *doors]
    else:
        doors = [(caller.owner, settings.API_RATE_CALLER), *doors]
    stands = [_stand(limit, _count(name, now // WINDOW), now) for name, limit in doors]
    return min(stands, key=lambda one: (not one.over, one.left))


def tell(answer: HttpResponseBase, spent: Spent) -> None:
    """draft-ietf-httpapi-ratelimit-headers, in the form with three headers that clients read today."""
    answer["RateLimit-Limit"] = str(spent.limit)
    answer["RateLimit-Remaining"] = str(spent.left)
    answer["RateLimit-Reset"] = str(spent.reset)


def _stand(limit: int, count: int, now: int) -> Spent:
    return Spent(limit, max(0, limit - count), WINDOW - now % WINDOW, count > limit)


def _count(name: str, minute: int) -> int:
    """How often this name came in this minute, this time included; 0 where it cannot be counted."""
    key = secrets.digest("rate", name)
    try:
        if settings.CACHE_URL:
            return _in_cache(key, minute)
        return _in_database(key, minute) if settings.DATABASE_URL else _file().count(key, minute)
    except (DatabaseError, sqlite3.Error, OSError):
        logger.warning("rate not counted")
        return 0


def _in_cache(key: str, minute: int) -> int:
    name = f"rate:{key}:{minute}"
    cache.add(name, 0, timeout=2 * WINDOW)
    return int(cache.incr(name))


def _in_database(key: str, minute: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format("%s"), [key, minute])
        return int(cursor.fetchone()[0])


class Counts:
    """A file beside the database: shared by all processes of the machine, never synced, made anew when it is lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._file = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(TABLE)

    def count(self, key: str, minute: int) -> int:
        with self._guard:
            return int(self._file.execute(COUNT.format("?"), [key, minute]).fetchone()[0])

    def sweep(self, minute: int) -> None:
        with self._guard:
            self._file.execute("DELETE FROM api_rate WHERE minute < ?", [minute])

    def close(self) -> None:
        self._file.close()


_counts: list[Counts] = []
_opening = threading.Lock()


def _file() -> Counts:
    path = Path(settings.HOME) / "rates.sqlite3"
    with _opening:
        if not _counts or _counts[0].path != path or not path.exists():
            for old in _counts:
                old.close()
            _counts[:] = [Counts(path)]
        return _counts[0]


def sweep(minute: int) -> None:
    """Callers of past minutes are forgotten."""
    if settings.CACHE_URL:
        return
    if settings.DATABASE_URL:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM api_rate WHERE minute < %s", [minute])
    else:
        _file().sweep(minute)
