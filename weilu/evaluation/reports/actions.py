"""How is a report kept, and how is it written anew? The only writers of `KeptReport`."""

from __future__ import annotations

from weilu.core import clock
from weilu.evaluation.models import KeptReport
from weilu.evaluation.reports.weeks import Week


def keep(community: int, week: Week, known: int) -> KeptReport:
    """The report of this week as it was first written; a second call changes nothing."""
    row, _new = KeptReport.objects.get_or_create(
        community_id=community, first_day=week.first, defaults={"known": known, "made_at": clock.now()}
    )
    return row


def renew(community: int, week: Week, known: int) -> KeptReport:
    """From now on this week is reported with the knowledge of this position."""
    row, _new = KeptReport.objects.update_or_create(
        community_id=community, first_day=week.first, defaults={"known": known, "made_at": clock.now()}
    )
    return row
