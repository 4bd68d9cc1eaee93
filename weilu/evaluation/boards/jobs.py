"""When are boards sent?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.evaluation.boards import actions

JOBS = (Job("boards.send", dt.timedelta(minutes=2), actions.send_due),)
