"""What is due for members from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.members import weigh

JOBS = (Job("members.weigh", dt.timedelta(minutes=1), lambda now: weigh.run_once(at_once=False)),)
"""Looks every minute; weighs when a week begins, after an import, and ten minutes after other news."""
