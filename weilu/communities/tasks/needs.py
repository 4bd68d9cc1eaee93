"""Which tasks wait for an operator today?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from weilu.communities.tasks import queries
from weilu.core import clock
from weilu.core.directory.queries import brand_zone
from weilu.core.needs import BAD, NOTE, WARN, Need
from weilu.core.operators.access import Viewer

SOON = dt.timedelta(days=3)
SHOWN = 5


def of_tasks(viewer: Viewer) -> Iterator[Need]:
    """One's own tasks: overdue, due today, due in the next days."""
    today = clock.day_of(clock.now(), brand_zone())
    for task in queries.mine(viewer, today + SOON)[:SHOWN]:
        late = (today - task.due).days
        evidence = (
            _("Overdue since %(day)s") if late > 0 else _("Due today") if not late else _("Due %(day)s")
        )
        yield Need(
            task.title or _("A task"),
            task.path or reverse("tasks:list"),
            _("Open"),
            evidence % {"day": task.due.isoformat()},
            BAD if late > 0 else WARN if not late else NOTE,
        )
