"""What is to be done, and who could do it?"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from weilu.communities.tasks.models import Task
from weilu.core.operators import queries as operators
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, holds, viewer_of
from weilu.core.operators.models import Operator


def visible(viewer: Viewer) -> QuerySet[Task]:
    """One's own, and those of communities that one sees; what concerns the whole brand for who sees all of it. Open ones first,
    by their day."""
    rows = Task.objects.select_related("operator", "community", "created_by").order_by("done_at", "due", "pk")
    if not viewer.known:
        return rows.none()
    if viewer.communities is None:
        return rows
    return rows.filter(Q(operator_id=viewer.operator_id or 0) | Q(community_id__in=viewer.communities))


def open_ones(viewer: Viewer) -> QuerySet[Task]:
    """Not done yet."""
    return visible(viewer).filter(done_at=None)


def mine(viewer: Viewer, until: dt.date) -> list[Task]:
    """Open tasks of the viewer that are due by this day, the oldest first."""
    return list(open_ones(viewer).filter(operator_id=viewer.operator_id or 0, due__lte=until))


def about(kind: str, number: int) -> list[Task]:
    """Tasks that grew out of one thing, in the order in which they were given."""
    rows = Task.objects.filter(about_kind=kind, about_id=number).select_related("operator")
    return list(rows.order_by("pk"))


def hands(community: int | None) -> list[Operator]:
    """Operators in office who see this community; None: the whole brand."""
    team = [one for one in operators.team() if one.disabled_at is None]
    return [one for one in team if holds(viewer_of(one), rights.VIEW, community)]
