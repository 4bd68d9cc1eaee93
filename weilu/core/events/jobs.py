"""What has to be done to the log from time to time?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from weilu.core.events import holds, purge, sealing
from weilu.core.jobs.recurring import Job


def jobs(loaded: Callable[[], int]) -> tuple[Job, ...]:
    """Sealing, purging and pruning; `loaded` tells up to which position the column store holds the log."""
    hours = dt.timedelta(hours=1)
    return (
        Job("events.seal", 24 * hours, lambda now: sealing.seal(now, loaded()), lease=hours),
        # Retracted bytes must be gone within a day, also where one run fails.
        Job("events.purge", 6 * hours, purge.purge, lease=hours),
        Job("events.prune_keys", 24 * hours, holds.prune_keys, lease=hours),
        Job("events.expire_held", 24 * hours, holds.expire, lease=hours),
    )
