"""How does the directory change by people's hands? Accounts are minted by the sequencer; who owns them is decided here."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.directory import sightings
from weilu.core.directory.models import Identity, Member, Ownership
from weilu.core.errors import NotFound
from weilu.core.events import queries as log


def own(identity: int, member: int, decision: int) -> Ownership:
    """From now on this account is known to be this member, by a decision. Merging and unmerging are rows of this kind.

    It is known from the next position of the log on, so that a report made up to now stays as it was. A second time with
    the same member and decision changes nothing. Raises NotFound where the account or the member is missing.
    """
    with transaction.atomic():
        account = Identity.objects.select_for_update().filter(pk=identity).first()
        if account is None or not Member.objects.filter(pk=member).exists():
            raise NotFound(_("This account or member does not exist."))
        last = Ownership.objects.filter(identity=identity).latest("id")
        if last.member_id == member and last.decision == decision:
            return last
        before, account.member_id = account.member_id, member
        account.save(update_fields=["member"])
        row = Ownership.objects.create(
            identity=account,
            member_id=member,
            from_position=log.head() + 1,
            decision=decision,
            anonymous=account.anonymous,
            at=clock.now(),
        )
        sightings.rename_members([before, member])
    return row


def say_bot(identity: int, *, bot: bool) -> None:
    """An operator says whether an account is a bot; sightings no longer change it. Raises NotFound."""
    if not Identity.objects.filter(pk=identity).update(bot=bot, bot_by_hand=True):
        raise NotFound(_("This account does not exist."))


def name_member(member: int, name: str) -> None:
    """An operator gives a member a name; empty lets it follow the accounts again. Raises NotFound."""
    given = name.strip()[:255]
    if not Member.objects.filter(pk=member).update(name=given, named_by_hand=bool(given)):
        raise NotFound(_("This member does not exist."))
    if not given:
        sightings.rename_members([member])


def note_member(member: int, note: str) -> None:
    """An operator writes down something about a member, in place of what stood there. Raises NotFound."""
    if not Member.objects.filter(pk=member).update(note=note.strip()[:2000]):
        raise NotFound(_("This member does not exist."))


def create_member() -> Member:
    """A member without accounts, to whom an unmerge can give some."""
    return Member.objects.create(created_at=clock.now())
