"""When are rules judged?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.evaluation.alerts import judging

JOBS = (Job("alerts.judge", dt.timedelta(minutes=2), judging.judge_due),)
