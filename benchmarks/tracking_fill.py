"""Events of the last four weeks straight into the intake of a home: `python -m benchmarks.tracking_fill KEY EVENTS PEOPLE`.

They are read, checked and framed as those that come over HTTP are.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys

from benchmarks.tracking_load import Bodies

BATCH = 2_000
WEEKS = dt.timedelta(days=28)


def main(key: str, events: int, people: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.connectors.tracking import building, committing, gate
    from weilu.connectors.tracking.rules import body as bodies
    from weilu.connectors.tracking.wire import segment
    from weilu.core import clock
    from weilu.core.collecting import seldom
    from weilu.core.events import actions

    source, made, chance = gate.sources()[key], Bodies(BATCH, people, 1), random.Random(2)
    with seldom():
        for number in range(0, events, BATCH):
            # In order of time, as they would have come, each batch within some minutes.
            at = (
                dt.datetime.now(dt.UTC)
                - WEEKS * (1 - number / events)
                + dt.timedelta(minutes=chance.random())
            )
            said = segment.read(bodies.unpacked(made.next(at)).body, "batch", False)
            ordinals = building.Ordinals()
            group = [building.built(one, source.origin, clock.now_ms(), ordinals) for one in said]
            actions.append_encoded(committing.encoded(group))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
