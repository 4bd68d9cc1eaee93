"""How do members change by an operator's hand? Merging and its undoing, thresholds, saved views, exports."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import parse_qs

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock, typed
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.directory import actions as directory
from weilu.core.directory import queries as directory_queries
from weilu.core.directory.forgetting import names, words_for
from weilu.core.directory.models import Community, Identity, Member
from weilu.core.directory.withdrawal import ERASED as GONE
from weilu.core.errors import Conflict, NotFound, WeiluError
from weilu.core.events import actions as events
from weilu.core.events.incoming import Incoming
from weilu.core.events.keys import key
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_member, demand, holds, missing
from weilu.members import profiles
from weilu.members.decisions import BOT_SAID, ERASED, EXPORTED, MERGED, NAMED, NOTED, THRESHOLDS_CHANGED
from weilu.members.events import MEMBER_MERGED, MEMBER_UNMERGED
from weilu.members.models import SavedView, ThresholdVersion
from weilu.members.queries.names import called
from weilu.members.rules import lifecycle
from weilu.members.rules.lifecycle import Thresholds

SOURCE = "weilu"
MAX_VIEWS = 30
PROBLEMS = {
    "range": _("Every threshold is a whole number of days from 1 to 3650."),
    "churn": _("Churn must come later than the end of “new” and of “active”."),
}


def merge(viewer: Viewer, keep: Member, absorbed: Member) -> Decision:
    """All accounts of `absorbed` are from now on known to be `keep`. Raises Conflict, NotFound (not the viewer's to merge).

    Past events keep the account they were made with, so `unmerge` restores every figure.
    """
    for member in (keep, absorbed):
        access_member(viewer, member.pk, rights.EDIT_MEMBERS)
    if keep.pk == absorbed.pk:
        raise WeiluError(_("Pick another member to merge with."))
    with transaction.atomic():
        accounts = list(Identity.objects.select_for_update().filter(member=absorbed).order_by("pk"))
        if not accounts:
            raise Conflict(_("This member has no accounts left; it was merged already."))
        moved = [account.pk for account in accounts]
        decision = decisions.decide(
            MERGED,
            subject=("member", keep.pk),
            evidence={"absorbed": absorbed.pk, "accounts": [*moved]},
            by=viewer.operator_id,
        )
        for account in moved:
            directory.own(account, keep.pk, decision.pk)
        Member.objects.filter(pk=absorbed.pk).update(merged_into=keep)
        profiles.forget([keep.pk, absorbed.pk])
        _tell(MEMBER_MERGED, decision, keep.pk, absorbed.pk)
        audit.record(viewer, MERGED, keep, absorbed=absorbed.pk, decision=decision.pk)
    return decision


def unmerge(viewer: Viewer, decision_id: int) -> Decision:
    """Give the accounts back that a merge moved. Raises Conflict where they moved on meanwhile, NotFound."""
    decision = Decision.objects.filter(pk=decision_id, kind=MERGED, undoes=None).first()
    if decision is None:
        raise missing()
    access_member(viewer, decision.subject_id, rights.EDIT_MEMBERS)
    with transaction.atomic():
        moved = list(decision.evidence["accounts"])
        owned = set(
            Identity.objects.filter(pk__in=moved, member=decision.subject_id).values_list("pk", flat=True)
        )
        left = set(Identity.objects.filter(pk__in=moved).values_list("pk", flat=True))
        if owned != left:
            raise Conflict(_("Some of these accounts were merged on since. Undo that merge first."))
        undone = decisions.undo(decision, by=viewer.operator_id, reason="")
        back = _absorbed(decision)
        for account in sorted(owned):
            directory.own(account, back, undone.pk)
        Member.objects.filter(pk=back).update(merged_into=None)
        profiles.forget([decision.subject_id, back])
        _tell(MEMBER_UNMERGED, undone, decision.subject_id, back)
        audit.record(
            viewer, "member.unmerged", ("member", decision.subject_id), absorbed=back, decision=undone.pk
        )
    return undone


def erase(viewer: Viewer, member: Member) -> Decision:
    """Whatever says who somebody is goes for good, in every community; nameless events and every figure stay.

    Call it outside transactions: the log waits for its turn. What was begun and cut off can be done again. Raises NotFound
    (not the viewer's to erase), Conflict where nothing is left to erase.
    """
    access_member(viewer, member.pk, rights.ERASE_MEMBERS)
    accounts = [account.pk for account in erasable(member)]
    if not accounts:
        raise Conflict(_("This member is erased already."))
    with transaction.atomic():
        decision = decisions.decide(
            ERASED, subject=("member", member.pk), evidence={"accounts": [*accounts]}, by=viewer.operator_id
        )
        audit.record(viewer, ERASED, member, accounts=len(accounts), decision=decision.pk)
    for account in accounts:
        events.erase_identity(account)
    return decision


def erasable(member: Member) -> list[Identity]:
    """Accounts of a member that still say who they are."""
    return [one for one in directory_queries.identities_of(member.pk) if not one.outside.startswith(GONE)]


def _absorbed(decision: Decision) -> int:
    """The member that was merged away; a new one where an undone import took it meanwhile."""
    number = int(decision.evidence["absorbed"])
    return number if Member.objects.filter(pk=number).exists() else directory.create_member().pk


def _tell(kind: str, decision: Decision, keep: int, absorbed: int) -> None:
    happened = clock.to_ms(decision.at)
    events.record(
        Incoming(
            key(SOURCE, happened, kind, decision.pk),
            kind,
            happened,
            SOURCE,
            properties={"member": keep, "other": absorbed, "decision": decision.pk},
        )
    )


def describe(viewer: Viewer, member: Member, *, name: str | None = None, note: str | None = None) -> None:
    """Give a member a name (empty: as their accounts are called) or a note; None leaves it as it is. Raises NotFound."""
    access_member(viewer, member.pk, rights.EDIT_MEMBERS)
    with transaction.atomic():
        if name is not None:
            directory.name_member(member.pk, name)
            audit.record(viewer, NAMED, member)
        if note is not None:
            directory.note_member(member.pk, note)
            audit.record(viewer, NOTED, member)


def say_bot(viewer: Viewer, account: int, *, bot: bool) -> None:
    """Whether an account is a bot, whatever exports say: in all communities, so for who may change members in all. Raises NotFound."""
    if not holds(viewer, rights.EDIT_MEMBERS, None):
        raise missing()
    with transaction.atomic():
        directory.say_bot(account, bot=bot)
        owner = directory_queries.owners([account])[account]
        profiles.forget([owner])
        audit.record(viewer, BOT_SAID, ("member", owner), account=account, bot=int(bot))


def change_thresholds(viewer: Viewer, community: Community | None, limits: Thresholds) -> ThresholdVersion:
    """Thresholds of a community, or of the brand (None), from now on. What was so far stays. Raises WeiluError, Forbidden."""
    if community is None:
        demand(viewer, rights.SETTINGS)
    else:
        demand(viewer, rights.EDIT_COMMUNITIES, community.pk)
    if problem := lifecycle.problem(limits):
        raise WeiluError(PROBLEMS[problem])
    about = ("community", community.pk if community else 0)
    with transaction.atomic():
        decision = decisions.decide(
            THRESHOLDS_CHANGED, subject=about, evidence=asdict(limits), by=viewer.operator_id
        )
        row = ThresholdVersion.objects.create(
            community=community, valid_from=decision.at, decision=decision, **asdict(limits)
        )
        audit.record(viewer, THRESHOLDS_CHANGED, about, **asdict(limits))
    return row


def save_view(viewer: Viewer, name: str, query: str) -> SavedView:
    """Keep a filter of the members table under a name; the same name again replaces it. Raises WeiluError."""
    name = typed.name(name, 60)
    if not name or not viewer.operator_id:
        raise WeiluError(_("Give the view a name."))
    mine = SavedView.objects.filter(operator_id=viewer.operator_id or 0)
    if mine.exclude(name=name).count() >= MAX_VIEWS:
        raise WeiluError(_("There are %(n)s views already. Remove one first.") % {"n": MAX_VIEWS})
    view, _created = mine.update_or_create(
        operator_id=viewer.operator_id, name=name, defaults={"query": query[:1000]}
    )
    return view


def remove_view(viewer: Viewer, view_id: int) -> None:
    """Forget a saved view of one's own. Raises NotFound."""
    if not SavedView.objects.filter(pk=view_id, operator_id=viewer.operator_id or 0).delete()[0]:
        raise NotFound(_("This view does not exist."))


def note_export(viewer: Viewer, members: int, communities: list[int]) -> None:
    """An export leaves the house: who took how many rows, of which communities. Raises Forbidden."""
    demand(viewer, rights.EXPORT_MEMBERS)
    audit.record(viewer, EXPORTED, None, members=members, communities=[*communities])


def forget_person(identity: int) -> None:
    """Somebody is erased: views that look for them by name go, whosever they are. Safe to run twice."""
    words = words_for(identity)
    owner = directory_queries.owners([identity]).get(identity)
    for view in SavedView.objects.all():
        term = parse_qs(view.query).get("find", [""])[0].strip().casefold()
        found = term and owner is not None and called(term) == {owner}
        if found or names(term, words) or names(view.name, words):
            view.delete()
