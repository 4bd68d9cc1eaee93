"""What is due for tags from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.members.tags import following

JOBS = (Job("tags.look_again", dt.timedelta(minutes=1), following.look_again),)
