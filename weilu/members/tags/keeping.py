"""What does the store hold of tags? Intervals by account, written whenever what stands in the tables differs.

Every change leaves a mark (`Stale`) in its own transaction; here the marks are worked off. A question about tags works them
off itself, so that it never answers from before a change.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

import pyarrow as pa
from django.db import connection
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.directory.minting import chunks
from weilu.core.errors import Unavailable
from weilu.core.jobs.locks import only_one
from weilu.core.warehouse import client
from weilu.core.warehouse.store import last_known
from weilu.members.models import Concluded
from weilu.members.tags.models import Holding, Stale

TAG = "tag"
"""The key in the store's timelines, of the cursor, and the word of the leaf."""
SOME = 5_000
FEW = 400
WAIT_SECONDS, IN_CHANGE_SECONDS, REST_SECONDS = 10.0, 0.5, 0.05
Pair = tuple[int, int]
Line = tuple[Pair, list[tuple[int, str]]]


def waiting() -> bool:
    """Whether the store lacks something."""
    return Stale.objects.exists() or _anew() is not None


def run_once() -> int:
    """Bring the store up to what stands here; returns how many intervals' rows were written."""
    if not waiting():
        return 0
    with only_one("tags") as held:
        return _run() if held else 0


def bring_up() -> int:
    """The same before a question, waiting for who is at it; returns a number that differs after every change. Raises
    Unavailable where the store cannot be brought up."""
    end = time.monotonic() + (IN_CHANGE_SECONDS if connection.in_atomic_block else WAIT_SECONDS)
    while waiting() and not run_once():
        if time.monotonic() > end:
            if connection.in_atomic_block:
                break  # who is at it may wait for this very change to end
            raise Unavailable(_("Tags are being written just now. Ask again in a moment."))
        time.sleep(REST_SECONDS)
    return reached()


def reached() -> int:
    """The version of what was written last."""
    return Concluded.objects.filter(key=TAG).values_list("position", flat=True).first() or 0


def _run() -> int:
    if (store := _anew()) is not None:
        _everything(store)
    written = 0
    while marks := list(Stale.objects.order_by("pk").values_list("pk", "tag", "identity")[:SOME]):
        version = max(clock.now_ms(), reached() + 1)
        written += _write({(tag, identity) for _pk, tag, identity in marks}, version)
        _settle([pk for pk, _tag, _identity in marks], version)
    return written


def _anew() -> str | None:
    """The store that has never heard of these tags: another one, or one that was built anew."""
    store = last_known()
    if store is None or not Holding.objects.exists():
        return None
    known = Concluded.objects.filter(key=TAG).values_list("store", flat=True).first()
    return str(store.uuid) if known != str(store.uuid) else None


def _everything(store: str) -> None:
    """Mark all there is, and remember that it was this store's turn. Marks that stand twice do no harm."""
    pairs = Holding.objects.values_list("tag_id", "identity_id").distinct().iterator(chunk_size=SOME)
    Stale.objects.bulk_create((Stale(tag=tag, identity=one) for tag, one in pairs), batch_size=FEW)
    row, _new = Concluded.objects.get_or_create(key=TAG)
    Concluded.objects.filter(pk=row.pk).update(store=store, at=clock.now())


def _settle(marks: list[int], version: int) -> None:
    """Only marks that were read before the rows were: what came meanwhile is looked at again."""
    for some in chunks(marks, FEW):
        Stale.objects.filter(pk__in=some).delete()
    row, _new = Concluded.objects.get_or_create(key=TAG)
    Concluded.objects.filter(pk=row.pk).update(position=version, at=clock.now())


def _write(pairs: Collection[Pair], version: int) -> int:
    lines = list(_lines(pairs))
    client.insert("weilu.timelines", _table(lines, version))
    return len(lines)


def _lines(pairs: Collection[Pair]) -> Iterable[Line]:
    """The whole history of each pair; empty where nothing stands of it any more."""
    found: dict[Pair, list[tuple[int, str]]] = {pair: [] for pair in sorted(pairs)}
    for some in chunks(sorted({identity for _tag, identity in pairs}), FEW):
        rows = Holding.objects.filter(identity__in=some).order_by("since", "pk")
        for row in rows:
            if (row.tag_id, row.identity_id) in found:
                _extend(found[row.tag_id, row.identity_id], row)
    return found.items()


def _extend(points: list[tuple[int, str]], row: Holding) -> None:
    """From when on, and until when. Who was taken and given within one second is not seen to have gone."""
    since = int(row.since.timestamp())
    ends = [int(one.timestamp()) for one in (row.ended_at, row.expires_at) if one is not None]
    if points and points[-1][0] >= since:
        points.pop()
    else:
        points.append((since, "in"))
    if ends:
        points.append((max(min(ends), since), "out"))


def _table(lines: list[Line], version: int) -> pa.Table:
    size = len(lines)
    return pa.table(
        {
            "key": pa.array([TAG] * size, pa.string()),
            "scope": pa.array([tag for (tag, _), _ in lines], pa.uint32()),
            "who": pa.array([identity for (_, identity), _ in lines], pa.uint32()),
            "froms": pa.array([[at for at, _ in points] for _, points in lines], pa.list_(pa.uint32())),
            "vals": pa.array([[word for _, word in points] for _, points in lines], pa.list_(pa.string())),
            "rule": pa.array([0] * size, pa.uint32()),
            "upto": pa.array([0] * size, pa.uint64()),
            "version": pa.array([version] * size, pa.uint64()),
        }
    )
