"""How does something leave the log? One door: rows, keys, private text and claims go in one transaction, at once.

Sealed files keep the bytes until `purge` rewrites them within a day; until then readers leave the ranges out. The column
store is told by the row of `Retraction`. Whoever calls this holds the lock and has drained the intake.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction

from weilu.core import clock
from weilu.core.directory import withdrawal
from weilu.core.directory.withdrawal import Gone
from weilu.core.events import claims, erasures, holds, keys, ranges, sealed, sequencer, store
from weilu.core.events.events import LOG_RETRACTED
from weilu.core.events.incoming import LIVE_BATCH
from weilu.core.events.models import BatchTally, Claim, Held, Retraction, Sequenced
from weilu.core.events.rows import COLUMNS

PIECE = 50_000
"""Positions deleted in one go."""


def of_batch(batch: int) -> Retraction | None:
    """Drop the batch's claims; what nobody else claims goes, the rest passes to who claimed it next. None: nothing to do."""
    finish()
    mine = claims.of_batch(batch)
    held = Held.objects.filter(batch=batch)
    if not len(mine) and not held.exists() and not withdrawal.knows(batch):
        return None
    with transaction.atomic(using=settings.LOG_DATABASE):
        others = claims.by_others(batch, mine)
        gone = ranges.minus(mine, ranges.of((first, last) for _, _, first, last in others))
        moved = claims.heirs(_entered_by(batch, ranges.minus(mine, gone)), others)
        rows = _delete(gone, with_keys=True)
        _move(batch, moved)
        Claim.objects.filter(batch=batch).delete()
        BatchTally.objects.filter(batch=batch).delete()
        held.delete()
        done = _note(Retraction.BATCH, batch, gone, moved, rows)
    _follow(done)
    return done


def of_identity(identity: int) -> Retraction:
    """All events of an account go, whoever claims them. Their keys stay, so that an old export does not bring them back."""
    finish()
    with transaction.atomic(using=settings.LOG_DATABASE):
        live = store.execute("SELECT position FROM events_logentry WHERE identity = %s", [identity])
        gone = ranges.of_positions([*(row[0] for row in live), *sealed.positions_of(identity)])
        rows = _delete(gone, with_keys=False)
        store.execute("DELETE FROM events_private WHERE identity = %s", [identity])
        holds.forget(identity)
        done = _note(Retraction.IDENTITY, identity, gone, [], rows)
    _follow(done)
    return done


def of_private(identity: int) -> Retraction:
    """What an account said and was called goes; its nameless rows stay, and with them every past number."""
    finish()
    with transaction.atomic(using=settings.LOG_DATABASE):
        store.execute("DELETE FROM events_private WHERE identity = %s", [identity])
        holds.forget(identity)
        done = _note(Retraction.ERASURE, identity, ranges.NONE, [], 0)
    _follow(done)
    return done


def finish() -> None:
    """Let the directory follow retractions whose process died in between."""
    for retraction in Retraction.objects.filter(directory_at=None).order_by("id"):
        _follow(retraction)


def _follow(retraction: Retraction) -> None:
    with transaction.atomic():
        gone = _withdraw(retraction) if retraction.what == Retraction.BATCH else _erase(retraction)
    retraction.gone = gone._asdict()
    retraction.directory_at = clock.now()
    retraction.save(update_fields=["gone", "directory_at"])
    sequencer.forget_directory()


def _withdraw(retraction: Retraction) -> Gone:
    return withdrawal.withdraw(retraction.ref)


def _erase(retraction: Retraction) -> Gone:
    erasures.forget(retraction.ref)
    return withdrawal.erase(retraction.ref)


def _entered_by(batch: int, kept: ranges.Ranges) -> ranges.Ranges:
    """Of the kept positions those that stand under this batch's number."""
    if not len(kept):
        return ranges.NONE
    low, high = int(kept[0, 0]), int(kept[-1, 1])
    live = store.execute(
        "SELECT position FROM events_logentry WHERE position BETWEEN %s AND %s AND batch = %s",
        [low, high, batch],
    )
    own = [*(row[0] for row in live), *sealed.positions_in_batch(batch, low, high)]
    return ranges.both(ranges.of_positions(own), kept)


def _delete(gone: ranges.Ranges, *, with_keys: bool) -> int:
    rows = 0
    for low, high in _pieces(gone):
        span = [low, high]
        if with_keys:
            found = store.execute("SELECT key FROM events_logentry WHERE position BETWEEN %s AND %s", span)
            found += sealed.keys_between(low, high)
            store.execute_many("DELETE FROM events_eventkey WHERE key = %s", found)
        rows += sealed.count_between(low, high)
        rows += store.execute("SELECT COUNT(*) FROM events_logentry WHERE position BETWEEN %s AND %s", span)[
            0
        ][0]
        store.execute("DELETE FROM events_private WHERE position BETWEEN %s AND %s", span)
        store.execute("DELETE FROM events_logentry WHERE position BETWEEN %s AND %s", span)
    return rows


def _pieces(gone: ranges.Ranges) -> Iterator[tuple[int, int]]:
    for first, last in ranges.pairs(gone):
        for low in range(first, last + 1, PIECE):
            yield low, min(low + PIECE - 1, last)


def _move(batch: int, moved: list[tuple[int, int, int]]) -> None:
    store.execute_many(
        "UPDATE events_logentry SET batch = %s WHERE position BETWEEN %s AND %s AND batch = %s",
        [(heir, first, last, batch) for first, last, heir in moved],
    )


def _note(
    what: str, ref: int, gone: ranges.Ranges, moved: list[tuple[int, int, int]], rows: int
) -> Retraction:
    """The retraction's own row, and its event: next position, same transaction."""
    now = clock.now()
    done = Retraction.objects.create(
        what=what, ref=ref, at=now, rows=rows, ranges=ranges.pairs(gone), moved=moved, gone={}
    )
    state = Sequenced.objects.get_or_create(id=1)[0]
    state.head += 1
    state.recorded = max(clock.to_ms(now), state.recorded)
    state.save()
    key = keys.key("log", clock.to_ms(now), LOG_RETRACTED, done.pk)
    entry = dict.fromkeys(COLUMNS, 0) | {
        "position": state.head, "kind": LOG_RETRACTED, "version": 1, "happened": clock.to_ms(now),
        "recorded": state.recorded, "mentions": "", "source": "weilu", "batch": LIVE_BATCH, "value": rows,
        "properties": f'{{"ref":{ref},"retraction":{done.pk},"what":"{what}"}}',
    }  # fmt: skip
    store.insert(store.LOG, [(*entry.values(), key)])
    store.insert(store.KEYS, [(key, state.head)])
    store.insert(store.CLAIMS, [(LIVE_BATCH, state.head, state.head)])
    return done


__all__ = ["Gone", "finish", "of_batch", "of_identity", "of_private"]
