"""What is tidied here, and when?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.core.mail import actions

JOBS = (Job("mail.tidy", dt.timedelta(hours=6), actions.tidy),)
