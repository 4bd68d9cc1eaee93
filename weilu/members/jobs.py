"""What is due for members from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.members import weigh

JOBS = (Job("members.weigh", dt.timedelta(minutes=1), lambda now: weigh.run_once()),)
"""Looks every minute; weighs when a week begins, and again where something from before a Monday came in or went."""
