"""What is tidied here, and when?"""

from __future__ import annotations

import datetime as dt

from weilu.connectors.webhooks import actions
from weilu.core.jobs.recurring import Job

JOBS = (Job("webhooks.tidy", dt.timedelta(hours=6), actions.tidy),)
