"""Which accounts are one person, as far as a source may say so? Only the sequencer calls this, under its lock.

An SDK says that a device (an anonymous id) belongs to a known account. That is believed when the device belonged to nobody
yet; of two who claim it, the earlier by event time has it, whichever arrives first. Two known people are never made one
by a write key, which anybody can read in a page: such a saying waits for an operator. Each joining is a decision like a
merge by hand, and is undone in the same way.

An account is anonymous until it is named: said to be somebody's own (`NAMED`), or the person whom a device belongs to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from weilu.core import clock
from weilu.core.decisions.models import Decision
from weilu.core.directory import sightings
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Identity, Link, Member, Ownership
from weilu.core.events.kinds import ALIASED

MERGED = "member.merged"
RULE = ("source-says-same", 1)
NAMED = "named"
SOME = 500
# What SDKs make up for a device: UUIDs, long hexadecimal words, and theirs with hyphens in between.
_MADE_UP = re.compile(r"(?=.*\d)[0-9a-f-]{16,}|[0-9a-zA-Z]{6,}(-[0-9a-zA-Z]{3,}){3,}", re.I)


class Wish(NamedTuple):
    """A source said at `happened` (ms), at this position of the log, that both accounts are one person.

    `how`: `claimed` where `identity` is an anonymous id of the known account `other`; `aliased` where nobody says which; `NAMED`,
    with no `other`, where it only says that `identity` is somebody's own account.
    """

    identity: int
    other: int
    how: str
    happened: int
    position: int


def join(wishes: Sequence[Wish]) -> int:
    """Carry out, or put aside, what was said, in its order; inside the caller's transaction. Returns how many accounts changed
    hands."""
    if not wishes:
        return 0
    book = _Book.of(wishes)
    changed = {number for wish in wishes for number in book.take(wish)}
    book.keep()
    sightings.rename_members(changed)
    return len(book.moved)


@dataclass(slots=True)
class _Book:
    """What is known about the accounts of these wishes, and what is to be written."""

    accounts: dict[int, Identity]
    links: dict[tuple[int, int], Link]
    owners: dict[int, Link]
    """The link that gave a device to its person."""
    known: set[int]
    """Accounts that have been named as the known side."""
    alone: dict[int, int]
    """How many accounts a member has."""
    now: dt.datetime
    fresh: list[Link]
    changed: list[Link]
    moved: list[tuple[Identity, int, int]]
    """(account, its member before, position)."""
    rows: list[Ownership]
    """What is to be known from then on: who belongs to whom, and who has been named."""

    @classmethod
    def of(cls, wishes: Sequence[Wish]) -> _Book:
        numbers = sorted({number for wish in wishes for number in wish[:2]} - {0})
        accounts: dict[int, Identity] = {}
        links: dict[tuple[int, int], Link] = {}
        known: set[int] = set()
        for some in chunks(numbers, SOME):
            accounts |= Identity.objects.in_bulk(some)
            for link in Link.objects.filter(identity__in=some):
                links[link.identity_id, link.other_id] = link
            known.update(Link.objects.filter(other__in=some).values_list("other", flat=True))
        owners = {link.identity_id: link for link in links.values() if link.state == Link.JOINED}
        alone: dict[int, int] = {}
        for some in chunks(sorted({account.member_id for account in accounts.values()}), SOME):
            for member in Identity.objects.filter(member__in=some).values_list("member", flat=True):
                alone[member] = alone.get(member, 0) + 1
        return cls(accounts, links, owners, known, alone, clock.now(), [], [], [], [])

    def take(self, wish: Wish) -> Iterable[int]:
        """Members whose accounts changed."""
        if wish.how == NAMED:
            return self._name(self.accounts.get(wish.identity), wish.position)
        device, person = self._sides(wish)
        if device is None or person is None or device.pk == person.pk:
            return ()
        if (said := self.links.get((device.pk, person.pk))) is not None:
            return self._again(said, device, person, wish)
        if (person.pk, device.pk) in self.links:
            return ()
        state = self._judged(device, person, wish)
        link = Link(identity=device, other=person, state=state, happened=wish.happened, at=self.now)
        self.fresh.append(link)
        self.links[device.pk, person.pk] = link
        return self._give(link, device, person, wish.position) if state == Link.JOINED else ()

    def keep(self) -> None:
        """Decisions, ownership, links; each in bulk."""
        decisions = Decision.objects.bulk_create(
            [_decision(account, before, self.now) for account, before, _ in self.moved]
        )
        by_account = {account.pk: row.pk for (account, *_), row in zip(self.moved, decisions, strict=True)}
        waiting = iter(decisions)
        for row in self.rows:
            row.decision = next(waiting).pk if row.decision is not None else None
        Ownership.objects.bulk_create(self.rows)
        accounts = [self.accounts[number] for number in {row.identity_id for row in self.rows}]
        Identity.objects.bulk_update(accounts, ["member", "anonymous"], batch_size=SOME)
        for account, before, _ in self.moved:
            Member.objects.filter(pk=before).exclude(identities__isnull=False).update(
                merged_into=account.member_id
            )
        for link in (*self.fresh, *self.changed):
            if link.state == Link.JOINED:
                link.decision = by_account.get(link.identity_id, link.decision)
        Link.objects.bulk_create(self.fresh)
        changed = {link.pk: link for link in self.changed}
        Link.objects.bulk_update(list(changed.values()), ["state", "happened", "decision"], batch_size=SOME)

    def _again(self, link: Link, device: Identity, person: Identity, wish: Wish) -> Collection[int]:
        """The same was said before, or arrives before: of the two moments the earlier one counts."""
        if wish.happened >= link.happened or link.state not in (Link.JOINED, Link.APART):
            return ()
        link.happened = wish.happened
        self.changed.append(link)
        if link.state == Link.JOINED or _undone(link) or self._judged(device, person, wish) != Link.JOINED:
            return ()
        link.state = Link.JOINED
        return self._give(link, device, person, wish.position)

    def _give(self, link: Link, device: Identity, person: Identity, position: int) -> Collection[int]:
        """The device belongs to this person, and to nobody else any more."""
        self.known.add(person.pk)
        if (before := self.owners.get(device.pk)) is not None:
            before.state = Link.APART
            self.changed.append(before)
        self.owners[device.pk] = link
        self._name(person, position)
        return self._move(device, person, position)

    def _sides(self, wish: Wish) -> tuple[Identity | None, Identity | None]:
        """(device, person). Of an alias the device is the one that looks made up and was never known."""
        device, person = self.accounts.get(wish.identity), self.accounts.get(wish.other)
        if wish.how == ALIASED and device and person and not self._made_up(device) and self._made_up(person):
            return person, device
        return device, person

    def _made_up(self, account: Identity) -> bool:
        return account.pk not in self.known and made_up(account.outside)

    def _judged(self, device: Identity, person: Identity, wish: Wish) -> str:
        if device.pk in self.known or (wish.how == ALIASED and not self._made_up(device)):
            return Link.REVIEW
        if (owner := self.owners.get(device.pk)) is not None:
            return Link.JOINED if wish.happened < owner.happened else Link.APART
        # Joined with others by hand: what an operator has said is not undone by a program.
        return Link.REVIEW if self.alone.get(device.member_id, 1) > 1 else Link.JOINED

    def _move(self, device: Identity, person: Identity, position: int) -> Collection[int]:
        before, after = device.member_id, person.member_id
        if before == after:
            return ()
        device.member_id = after
        self.alone[before] = self.alone.get(before, 1) - 1
        self.alone[after] = self.alone.get(after, 1) + 1
        self.moved.append((device, before, position))
        self._know(device, position, decision=0)
        return (before, after)

    def _name(self, account: Identity | None, position: int) -> Collection[int]:
        if account is not None and account.anonymous:
            account.anonymous = False
            self._know(account, position, decision=None)
        return ()

    def _know(self, account: Identity, position: int, *, decision: int | None) -> None:
        """A row of ownership as the account now stands; a decision of 0 gets its number when the rows are written."""
        self.rows.append(
            Ownership(
                identity=account,
                member_id=account.member_id,
                from_position=position,
                decision=decision,
                anonymous=account.anonymous,
                at=self.now,
            )
        )


def made_up(outside: str) -> bool:
    """Whether an id looks like those that SDKs make up for a device."""
    return _MADE_UP.fullmatch(outside) is not None


def _undone(link: Link) -> bool:
    """Whether an operator took back what followed from it: then no program brings it back."""
    return link.decision is not None and Decision.objects.filter(undoes=link.decision).exists()


def _decision(account: Identity, before: int, now: dt.datetime) -> Decision:
    return Decision(
        kind=MERGED,
        subject_type="member",
        subject_id=account.member_id,
        rule=RULE[0],
        rule_version=RULE[1],
        evidence={"absorbed": before, "accounts": [account.pk]},
        at=now,
    )
