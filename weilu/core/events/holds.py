"""Which SDK events have a clock too far off to be believed? They wait for an operator, as many of a source as `MOST` and no longer
than a month.

An event is an SDK event when its key has the namespace `sdk`; so are the keys that expire after 35 days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.events import frames, store
from weilu.core.events.keys import HOUR_MS, SDK
from weilu.core.events.lock import lock
from weilu.core.events.models import Held

DAY_MS = 24 * 3600 * 1000
OLDEST_MS = 30 * DAY_MS
FUTURE_MS = DAY_MS
KEPT_MS = 35 * DAY_MS
WAITING_MS = 30 * DAY_MS
MOST = 5_000
"""Of one source: anybody may have its key, and what waits is an operator's work. Who takes events in refuses what is more."""


def too_far(happened: int, arrived: int) -> bool:
    """Whether a clock (ms) is too far off to be believed."""
    return not -FUTURE_MS <= arrived - happened <= OLDEST_MS


def off(frame: frames.Frame) -> frozenset[int]:
    """Indexes of the events of a frame that must wait."""
    header = frame.header
    if header.released:
        return frozenset()
    return frozenset(
        index
        for index, key in enumerate(frame.keys)
        if key[4:6] == SDK and too_far(frame.rows[index][2], header.arrived)
    )


def prune_keys(now: dt.datetime) -> int:
    """Forget SDK keys of events that happened more than 35 days ago; returns how many.

    A repeat that comes later still is over 30 days old by then and waits for an operator.
    """
    cutoff = (clock.to_ms(now) - KEPT_MS) // HOUR_MS
    embedded = store.log_connection().vendor == "sqlite"
    namespace = "substr(key, 5, 2)" if embedded else "substring(key from 5 for 2)"
    old = f"FROM events_eventkey WHERE key < %s AND {namespace} = %s"
    bounds = (cutoff.to_bytes(4, "big", signed=True), SDK)
    with lock():
        ((count,),) = store.execute(f"SELECT COUNT(*) {old}", bounds)
        store.execute(f"DELETE {old}", bounds)
    return int(count)


def expire(now: dt.datetime) -> int:
    """Throw away what nobody has judged for a month; returns how many."""
    with lock():
        return Held.objects.filter(arrived__lt=clock.to_ms(now) - WAITING_MS).delete()[0]


def forget(identity: int) -> None:
    """Throw away what waits of an account that is being erased, or names it; the directory still knows who it was."""
    who = Identity.objects.filter(pk=identity).values_list("platform", "outside").first()
    for held in Held.objects.iterator():
        frame = frames.decode(bytes(held.payload))
        if who in {(platform, outside) for platform, outside, *_ in frame.actors}:
            held.delete()


def write(held: Iterable[tuple[frames.Frame, int]]) -> None:
    """Keep them, each once; inside the sequencer's transaction."""
    Held.objects.bulk_create(
        [
            Held(
                key=frame.keys[index],
                source=frame.rows[index][3][:32],
                batch=frame.header.batch,
                happened=frame.rows[index][2],
                arrived=frame.header.arrived,
                payload=frames.encode([frames.pick(frame, index)], frame.header),
            )
            for frame, index in held
        ],
        ignore_conflicts=True,
    )
