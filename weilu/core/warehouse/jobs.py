"""What has to be done to the column store from time to time?"""

from __future__ import annotations

import datetime as dt
import time

from weilu.core.jobs.recurring import Job
from weilu.core.warehouse import client, loader, rebuild, store
from weilu.core.warehouse.errors import Unavailable

SECONDS = 180.0
LOOK_SECONDS = 0.5
NOW = "SELECT toUnixTimestamp(now()) AS now"
LEFT = "SELECT count() AS parts FROM system.parts WHERE NOT active AND toUnixTimestamp(remove_time) <= {asked:UInt32}"


def purge(now: dt.datetime) -> None:
    """Carry out what was retracted and see the bytes go: a mutation writes parts anew, and the old ones lie about until the
    store clears up, every ten seconds at most (`engine`). A rebuild that died may have left a whole table of them. Raises
    Unavailable where some are still there after three minutes.
    """
    if store.last_known() is None:
        return
    loader.refresh()
    rebuild.sweep()
    until = time.monotonic() + SECONDS
    asked = max(server.column("now")[0].as_py() for server in client.each(NOW))
    while any(server.column("parts")[0].as_py() for server in client.each(LEFT, {"asked": asked})):
        if time.monotonic() > until:
            raise Unavailable
        time.sleep(LOOK_SECONDS)


JOBS = (Job("warehouse.purge", dt.timedelta(hours=6), purge),)
