"""Whose store is this? Machines that share a PostgreSQL database must share the column store, too.

The embedded store is of one home alone: another home's is empty, and would answer wrongly in silence. So a home puts its name on
the row of its store, and where another's name stands there nothing is asked, loaded or concluded.
"""

from __future__ import annotations

import os
import time
import uuid
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import errors
from weilu.core.warehouse import target
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.models import Store

FILE = "home.id"
SURE_SECONDS = 15.0
"""So long a home that has found its own name does not look again: it may be taken over by another."""

_sure_until: dict[Path, float] = {}


class Elsewhere(Unavailable):
    """The store of another home serves this database."""

    code = "warehouse_elsewhere"

    def __init__(self) -> None:
        errors.Unavailable.__init__(
            self,
            _(
                "The figures of this database stand on another machine. Set WEILU_WAREHOUSE_URL on all of them to ClickHouse servers that they "
                "share; if that machine is gone, run “weilu warehouse rebuild” on this one."
            ),
        )


def check() -> None:
    """Raises Elsewhere where another home's store serves this database."""
    home = Path(settings.HOME)
    if not _shared() or time.monotonic() < _sure_until.get(home, 0.0):
        return
    names = set(Store.objects.filter(target="").exclude(home="").values_list("home", flat=True))
    if names - {mine()}:
        raise Elsewhere
    if names:
        _sure_until[home] = time.monotonic() + SURE_SECONDS


def mine() -> str:
    """The name that this home gives to its store; empty where nobody can take another's for their own: beside SQLite, and of
    servers by URL."""
    return _name(Path(settings.HOME)) if _shared() else ""


def take_over() -> None:
    """From now on the store of this home serves the database; by an operator's word only."""
    if _shared():
        Store.objects.filter(target="").exclude(home__in=["", mine()]).delete()


def claim(store: Store) -> None:
    """Put this home's name on a row that bears none. Raises Elsewhere where another's came first."""
    if store.home == mine():
        return
    with transaction.atomic():
        check()
        store.home = mine()
        store.save(update_fields=["home"])


def _shared() -> bool:
    """Whether other machines may use the same database, and each have a store of its own."""
    return connection.vendor != "sqlite" and not target.current()


@lru_cache(maxsize=64)
def _name(home: Path) -> str:
    """Made once, whole or not at all."""
    path = home / FILE
    if not path.exists():
        fresh = path.with_name(f"{FILE}.{os.getpid()}.new")
        fresh.write_text(uuid.uuid4().hex)
        try:
            os.link(fresh, path)  # fails where another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
