"""What is due for segments from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.members.segments import live

JOBS = (Job("segments.look_again", dt.timedelta(minutes=1), live.look_again),)
