"""How does a to-do come, change hands and get done? The only writers of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.communities.tasks import queries
from weilu.communities.tasks.models import Task
from weilu.core import clock
from weilu.core.directory.forgetting import forget_in
from weilu.core.errors import WeiluError
from weilu.core.operators import audit
from weilu.core.operators.access import Viewer, missing

FARTHEST = dt.timedelta(days=3 * 366)
AUDIT_WORDS = {
    "task.given": _("Gave a task"),
    "task.done": _("Did a task"),
    "task.reopened": _("Opened a task again"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done. `about` is (kind, id) of what it grew out of, `path` its page."""

    title: str
    operator: int
    due: dt.date
    community: int | None = None
    about: tuple[str, int] = ("", 0)
    path: str = ""


def give(viewer: Viewer, wish: Wish) -> Task:
    """A task for an operator who sees what it concerns. Whether the viewer may give it is the caller's business, who knows what
    it is about. Raises WeiluError that names the field."""
    title = " ".join(wish.title.split())
    if not title:
        raise WeiluError(_("Say what is to be done."), field="body.title")
    if not dt.date(2000, 1, 1) <= wish.due <= clock.now().date() + FARTHEST:
        raise WeiluError(_("The day must lie within the next three years."), field="body.due")
    if wish.operator not in {one.pk for one in queries.hands(wish.community)}:
        raise WeiluError(_("This operator does not see what the task concerns."), field="body.operator")
    with transaction.atomic():
        row = Task.objects.create(
            title=title[:200],
            operator_id=wish.operator,
            due=wish.due,
            community_id=wish.community,
            about_kind=wish.about[0],
            about_id=wish.about[1],
            path=wish.path,
            created_by_id=viewer.operator_id or None,
            created_at=clock.now(),
        )
        audit.record(viewer, "task.given", ("task", row.pk), operator=wish.operator, due=wish.due.isoformat())
    return row


def finish(viewer: Viewer, task: int) -> Task:
    """It is done. A second time changes nothing. NotFound where it is not the viewer's to see."""
    return _move(viewer, task, done=True)


def reopen(viewer: Viewer, task: int) -> Task:
    """It was not done after all."""
    return _move(viewer, task, done=False)


def unlink(kind: str, numbers: Iterable[int]) -> None:
    """What they grew out of goes, inside the caller's transaction: their pages are no more."""
    Task.objects.filter(about_kind=kind, about_id__in=list(numbers)).update(path="")


def forget_person(identity: int) -> None:
    """Somebody is erased: titles that call them by name lose it. Safe to run twice."""
    forget_in(Task.objects.all(), "title", identity)


def _move(viewer: Viewer, task: int, *, done: bool) -> Task:
    row = queries.visible(viewer).filter(pk=task).first()
    if row is None:
        raise missing()
    with transaction.atomic():
        rows = Task.objects.filter(pk=task)
        if done:
            changed = rows.filter(done_at=None).update(
                done_at=clock.now(), done_by_id=viewer.operator_id or None
            )
        else:
            changed = rows.exclude(done_at=None).update(done_at=None, done_by=None)
        if changed:
            audit.record(viewer, "task.done" if done else "task.reopened", ("task", task))
    row.refresh_from_db()
    return row
