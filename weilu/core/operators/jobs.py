"""What has to be tidied up here from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.core.operators.actions import lockout, sessions


def tidy(now: dt.datetime) -> None:
    """Sessions that ended by age, failures that no longer count."""
    sessions.sweep(now)
    lockout.forget(now)


JOBS = (Job("operators.tidy", dt.timedelta(hours=6), tidy),)
