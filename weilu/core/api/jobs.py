"""What does the API let go of by itself?"""

from __future__ import annotations

import datetime as dt

from weilu.core.api import limits, once
from weilu.core.jobs.recurring import Job


def tidy(now: dt.datetime) -> None:
    """Keys of yesterday and counts of past minutes."""
    once.sweep(now)
    limits.sweep(int(now.timestamp()) // limits.WINDOW)


JOBS = (Job("api.tidy", dt.timedelta(hours=1), tidy),)
