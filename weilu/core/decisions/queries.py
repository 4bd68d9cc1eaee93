"""Which decisions stand about something?"""

from __future__ import annotations

from weilu.core.decisions.models import Decision

STANDING = """SELECT * FROM decisions_decision AS d
WHERE d.subject_type = %s AND d.subject_id = %s AND d.kind = %s AND d.undoes_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM decisions_decision AS u WHERE u.undoes_id = d.id)
ORDER BY d.id DESC"""


def of(subject: tuple[str, int], kind: str | None = None) -> list[Decision]:
    """All decisions about a subject (type, id), newest first, with those that undo them."""
    rows = Decision.objects.filter(subject_type=subject[0], subject_id=subject[1]).select_related(
        "undoes", "undone_by"
    )
    return list((rows.filter(kind=kind) if kind else rows).order_by("-pk"))


def all_standing(subject: tuple[str, int], kind: str) -> list[Decision]:
    """The decisions of that kind that are neither undone nor themselves an undoing, newest first."""
    return list(Decision.objects.raw(STANDING, [*subject, kind]))


def standing(subject: tuple[str, int], kind: str) -> Decision | None:
    """The newest decision of that kind that is neither undone nor itself an undoing."""
    rows = Decision.objects.filter(subject_type=subject[0], subject_id=subject[1], kind=kind)
    return rows.filter(undone_by=None, undoes=None).order_by("-pk").first()
