"""What has to be done to tracking from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.connectors.tracking import notes
from weilu.core.jobs.recurring import Job

JOBS = (Job("tracking.tidy", dt.timedelta(minutes=15), notes.tidy),)
