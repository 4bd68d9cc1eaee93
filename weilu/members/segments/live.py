"""Who is in each live segment now? Follows the conclusions: whoever they touched is looked at again, everybody now and then,
since time alone moves people too.

All segments share one reading. Only who came or went is written, as intervals in the store's timelines, with the conditions
that held at that moment.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Sequence

import numpy as np
from django.db import transaction
from django.db.models import F

from weilu.core import clock
from weilu.core.events import queries as log
from weilu.core.jobs.locks import only_one
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle
from weilu.core.warehouse.store import last_known
from weilu.members.conclude import LIFECYCLE, same, touched
from weilu.members.models import Concluded
from weilu.members.segments import intervals, judging, snapshots
from weilu.members.segments.intervals import Moved
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import SEGMENT

FULL_MINUTES = 10
"""After so long everybody is looked at again."""


def waiting() -> bool:
    """Whether a rule is new, or conclusions were drawn that no segment has seen."""
    if not Segment.objects.exists():
        return False
    reached = Concluded.objects.filter(key=LIFECYCLE).first()
    cursor = Concluded.objects.filter(key=SEGMENT).first()
    if reached is None or cursor is None:
        return reached is not None
    return _caught_up(cursor, reached) and (not same(cursor, reached) or bool(_fresh()))


def _caught_up(cursor: Concluded, reached: Concluded) -> bool:
    """Whether a store built anew is as far as the one before: what is loaded until then has long happened, and moves nobody."""
    return cursor.store in ("", reached.store) or reached.position >= min(cursor.position, log.head())


def run_once() -> int:
    """Bring all live segments up to the conclusions; returns how many came or went."""
    with only_one("segments") as held:
        return _run() if held and waiting() else 0


def look_again(now: dt.datetime) -> int:
    """Everybody, for the segments that were last wholly worked out a while ago."""
    with only_one("segments") as held:
        if not held or not _in_its_store():
            return 0
        before = now - dt.timedelta(minutes=FULL_MINUTES)
        due = Segment.objects.filter(snapshot=False, computed_at__lt=before)
        return _refresh(list(due), None)


def _in_its_store() -> bool:
    """Whether the store is the one in which segments were last worked out."""
    cursor = Concluded.objects.filter(key=SEGMENT).first()
    store = last_known()
    return cursor is not None and store is not None and cursor.store == str(store.uuid)


def _run() -> int:
    reached = Concluded.objects.get(key=LIFECYCLE)
    cursor, _new = Concluded.objects.get_or_create(key=SEGMENT)
    if cursor.store != reached.store:
        _enter()
    rows, fresh = list(Segment.objects.filter(snapshot=False)), _fresh()
    people = touched(cursor, reached) if rows else set()
    if people is None:
        moved = _refresh(rows, None)
    else:
        moved = _refresh(fresh, None)
        known = [row for row in rows if row not in fresh]
        moved += _refresh(known, people) if people else 0
    reached.key, reached.pk = SEGMENT, SEGMENT
    reached.save()  # the cursor follows: a run that died before is simply done again
    return moved


def _enter() -> None:
    """A store built anew may hold nothing of the segments. Snapshots are filled in again; live ones begin anew, for nobody comes in
    by that."""
    snapshots.fill_missing()
    there = client.query(*lifecycle.stored_scopes([SEGMENT], None)).column("scope").to_pylist()
    Segment.objects.filter(snapshot=False).exclude(pk__in=there).update(computed_version=0)


def _fresh() -> list[Segment]:
    return list(Segment.objects.filter(snapshot=False).exclude(computed_version=F("version")))


def _refresh(rows: Sequence[Segment], people: Collection[int] | None) -> int:
    """Work these segments out for these people (None: everybody) in one reading, and write who came and went."""
    known = judging.judgeable(rows)
    if not known:
        return 0
    started = time.monotonic()
    now, before = judging.now_in(known, people), judging.was_in(known, people)
    moved = Moved(*(np.setdiff1d(*both, assume_unique=True) for both in ((now, before), (before, now))))
    intervals.write(known, moved)
    milliseconds = round((time.monotonic() - started) * 1000)
    with transaction.atomic():
        for one in known:
            if people is None:
                _settle(one.row, len(judging.keys_of(one.row, now)), milliseconds)
            else:
                _resize(one.row, moved.of(one.row))
    return len(moved)


def _settle(row: Segment, size: int, milliseconds: int) -> None:
    """Everybody was looked at by this version of its rule."""
    Segment.objects.filter(pk=row.pk, version=row.version).update(
        size=size,
        milliseconds=milliseconds,
        computed_version=row.version,
        computed_at=clock.now(),
        problem="",
    )


def _resize(row: Segment, moved: Moved) -> None:
    if change := len(moved.entered) - len(moved.gone):
        Segment.objects.filter(pk=row.pk).update(size=max(0, row.size + change))
