"""How does a decision enter the record, and how is it taken back?

The rooms that decide carry out the effects, in the same transaction; here stands only why.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.decisions import kinds
from weilu.core.decisions.evidence import Plain, ids_only
from weilu.core.decisions.models import Decision
from weilu.core.directory import queries as directory
from weilu.core.directory.forgetting import names, words_for
from weilu.core.errors import Conflict

BY_HAND = ("by-hand", 1)
"""The rule where a person decided without one."""


def decide(
    kind: str,
    *,
    subject: tuple[str, int],
    rule: tuple[str, int] = BY_HAND,
    evidence: Mapping[str, Plain],
    by: int | None,
    undoes: Decision | None = None,
    reason: str = "",
) -> Decision:
    """Record a decision of a registered kind about `subject` (type, id), by `rule` (slug, version), inside the caller's transaction.

    `by` is `viewer.operator_id`; None says that the rule decided alone. Evidence holds ids, numbers and slugs, else `ValueError`.
    Raises `Conflict` where `undoes` has been undone before.
    """
    row = Decision(
        kind=kinds.find(kind).slug,
        subject_type=subject[0],
        subject_id=subject[1],
        rule=rule[0],
        rule_version=rule[1],
        evidence=ids_only(evidence),
        by=by,
        at=clock.now(),
        reason=reason.strip()[:500],
        undoes=undoes,
    )
    return _saved(row)


def undo(
    decision: Decision, *, by: int | None, reason: str, evidence: Mapping[str, Plain] | None = None
) -> Decision:
    """Take a decision back: the opposite row, of the same kind, rule and subject. `Conflict` where that was done before."""
    if decision.undoes_id is not None:
        raise Conflict(_("This already takes a decision back. Decide anew instead."))
    return decide(
        decision.kind,
        subject=(decision.subject_type, decision.subject_id),
        rule=(decision.rule, decision.rule_version),
        evidence=evidence or {},
        by=by,
        undoes=decision,
        reason=reason,
    )


def demand_standing(decision: Decision) -> None:
    """Raises `Conflict` where it was taken back before: for whoever undoes what followed from it first, and marks it then."""
    if Decision.objects.filter(undoes=decision).exists():
        raise _taken_back()


def forget_person(identity: int) -> None:
    """Somebody is erased: reasons given in words about them, or that call them by name, go. Safe to run twice."""
    words = words_for(identity)
    about = {("member", owner) for owner in directory.owners_ever(identity)} | {("identity", identity)}
    for row in Decision.objects.exclude(reason=""):
        if names(row.reason, words) or (row.subject_type, row.subject_id) in about:
            row.reason = ""
            row.save(update_fields=["reason"])


def _saved(row: Decision) -> Decision:
    """The unique key on `undoes` decides between two who undo at the same time."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if row.undoes_id is None:
            raise
        raise _taken_back()
    return row


def _taken_back() -> Conflict:
    return Conflict(_("This was taken back already, by somebody else or in another tab."))
