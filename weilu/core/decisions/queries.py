"""Which decisions stand about something?"""

from __future__ import annotations

from weilu.core.decisions.models import Decision


def of(subject: tuple[str, int], kind: str | None = None) -> list[Decision]:
    """All decisions about a subject (type, id), newest first, with those that undo them."""
    rows = Decision.objects.filter(subject_type=subject[0], subject_id=subject[1]).select_related(
        "undoes", "undone_by"
    )
    return list((rows.filter(kind=kind) if kind else rows).order_by("-pk"))


def standing(subject: tuple[str, int], kind: str) -> Decision | None:
    """The newest decision of that kind that is neither undone nor itself an undoing."""
    rows = Decision.objects.filter(subject_type=subject[0], subject_id=subject[1], kind=kind)
    return rows.filter(undone_by=None, undoes=None).order_by("-pk").first()
