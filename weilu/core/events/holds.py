"""Which SDK events have a clock too far off to be believed? They wait for an operator.

An event is an SDK event when its key has the namespace `sdk`; so are the keys that expire after 35 days.
"""

from __future__ import annotations

from collections.abc import Iterable

from weilu.core.events import frames
from weilu.core.events.keys import namespace_id
from weilu.core.events.models import Held

DAY_MS = 24 * 3600 * 1000
OLDEST_MS = 30 * DAY_MS
FUTURE_MS = DAY_MS
SDK = namespace_id("sdk").to_bytes(2, "big")


def off(frame: frames.Frame) -> frozenset[int]:
    """Indexes of the events of a frame that must wait."""
    header = frame.header
    if header.released:
        return frozenset()
    return frozenset(
        index
        for index, key in enumerate(frame.keys)
        if key[4:6] == SDK and not -FUTURE_MS <= header.arrived - frame.rows[index][2] <= OLDEST_MS
    )


def write(held: Iterable[tuple[frames.Frame, int]]) -> None:
    """Keep them, each once; inside the sequencer's transaction."""
    Held.objects.bulk_create(
        [
            Held(
                key=frame.keys[index],
                batch=frame.header.batch,
                happened=frame.rows[index][2],
                arrived=frame.header.arrived,
                payload=frames.encode([frames.pick(frame, index)], frame.header),
            )
            for frame, index in held
        ],
        ignore_conflicts=True,
    )
