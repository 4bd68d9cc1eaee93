"""What is due for values from time to time?"""

from __future__ import annotations

import datetime as dt

from weilu.core.jobs.recurring import Job
from weilu.members.value import weighing

JOBS = (Job("value.weigh", dt.timedelta(minutes=1), lambda now: weighing.run_once()),)
"""Looks every minute; weighs when a week begins, when weights change, and again where something from before the Monday came in."""
