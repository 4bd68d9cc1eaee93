"""How does everything come from one column store into another while questions are answered? Beside it, then in one move.

The store that is moved to is loaded from the log like any other; conclusions are copied, and drawn anew soon after, since the
events have another generation there. Cut off anywhere, it goes on where it was: the next attempt finds what is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pyarrow as pa
from django.utils.translation import gettext as _

from weilu.core.errors import Conflict
from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader, owners, retractions, store, target
from weilu.core.warehouse.compile import sums
from weilu.core.warehouse.models import Store

EMBEDDED = "embedded"
"""What stands for the store of this machine where a URL is asked for."""
COPY_ROWS = 50_000
SECONDS = 600.0
CONCLUDED = ("timelines", "scores")
ATTEMPTS, PAUSE_SECONDS = 8, 0.5
Progress = Callable[[int, int], None]


def move(url: str, progress: Progress = lambda position, head: None) -> int:
    """Fill the store at `url`, see that it holds the same, and let every process of this home use it from then on.

    Returns the position reached. Raises WrongAddress, Unavailable (one of the stores is down; call again), Conflict (it is in
    use already, another move or rebuild is under way, or the two differ).
    """
    goal = "" if url == EMBEDDED else url
    if goal == target.current():
        raise Conflict(_("The warehouse is there already."))
    with _nobody_else(), target.using(goal), target.store_lock("rebuild") as free:
        if not free:
            raise Conflict(_("The warehouse is being built anew already. Wait until that has ended."))
        fresh = _fill(progress)
    _switch(goal, fresh)
    return fresh.position


@contextmanager
def _nobody_else() -> Iterator[None]:
    """No rebuild exchanges tables of the old store meanwhile, and no second move begins."""
    with target.store_lock("rebuild") as free:
        if not free:
            raise Conflict(_("The warehouse is being built anew already. Wait until that has ended."))
        yield


def _fill(progress: Progress) -> Store:
    """Everything but the last few events; this may take long, so the old store's loader is not kept from its work."""
    client.migrate()
    with loader.alone(wait=True):
        fresh = store.beside()
        while loader.load_block(fresh, "weilu.events") == loader.BLOCK_ROWS:
            progress(fresh.position, log.head())
    owners.compare(lambda: loader.alone(wait=True))
    return fresh


def _switch(goal: str, fresh: Store) -> None:
    """With both loaders at rest: the last events, the conclusions, the comparison, and then everybody is led there."""
    was = target.current()
    with loader.alone(wait=True), target.using(goal), loader.alone(wait=True):
        upto = _catch_up(was, fresh)
        for table in ("events", "ownership"):
            if not _same(table, was, upto):
                _refuse(table)
        for table in CONCLUDED:
            _copy_alike(table, was)
        fresh.current = True
        fresh.save(update_fields=["current"])
        target.move(goal)


def _catch_up(was: str, fresh: Store) -> int:
    """Both up to the log's head; returns a position up to which both hold everything."""
    with target.using(was):
        old = store.current()
        loader.bring_up_to_date(old)
    while fresh.position < old.position or fresh.block_last is not None:
        loader.load_block(fresh, "weilu.events")
    retractions.apply(fresh)
    owners.sync(fresh)
    return old.position


def _copy_alike(table: str, was: str) -> None:
    """Somebody may be drawing conclusions just now; then once more."""
    for _attempt in range(ATTEMPTS):
        _copy(table, was)
        if _same(table, was, 0):
            return
        time.sleep(PAUSE_SECONDS)
    _refuse(table)


def _copy(table: str, was: str) -> None:
    """All rows that count of one table, some people at a time."""
    client.truncate(f"weilu.{table}")
    with target.using(was):
        held = client.query(f"SELECT count() AS n FROM weilu.{table} FINAL", seconds=SECONDS)  # noqa: S608
    parts = held.column("n")[0].as_py() // COPY_ROWS + 1
    for part in range(parts):
        sql = f"SELECT * FROM weilu.{table} FINAL WHERE who % {{of:UInt32}} = {{part:UInt32}}"  # noqa: S608
        with target.using(was):
            rows = client.query(sql, {"of": parts, "part": part}, seconds=SECONDS)
        client.insert(f"weilu.{table}", _as_sent(rows))


def _as_sent(rows: pa.Table) -> pa.Table:
    """Moments as the whole seconds that an insert takes."""
    for index, field in enumerate(rows.schema):
        kind = field.type
        if pa.types.is_timestamp(kind):
            whole = rows.column(index).cast(pa.int64()).cast(pa.uint32())
        elif pa.types.is_list(kind) and pa.types.is_timestamp(kind.value_type):
            whole = rows.column(index).cast(pa.list_(pa.int64())).cast(pa.list_(pa.uint32()))
        else:
            continue
        rows = rows.set_column(index, field.name, whole)
    return rows


def _same(table: str, was: str, upto: int) -> bool:
    """Whether the two hold the same, down to the last bit of every column."""
    values = {"upto": upto}
    here = client.query(sums.of(table), values, seconds=SECONDS).to_pylist()
    with target.using(was):
        return bool(client.query(sums.of(table), values, seconds=SECONDS).to_pylist() == here)


def _refuse(table: str) -> NoReturn:
    raise Conflict(
        _(
            "Both warehouses hold different rows in “%(table)s”, so the old one stays in use. Run “weilu warehouse rebuild”, then move again."
        )
        % {"table": table}
    )
