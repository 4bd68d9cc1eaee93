"""Which conclusions about members follow from what was logged since the last time, and how do they reach the store?

Conclusions are facts' shadows: a run finds whom new events, a merge, a retraction or changed thresholds touch, works
their histories out anew and writes only what differs. Running it twice writes nothing the second time, and the order in
which facts arrived leaves no trace. What it changes about the past stays visible as corrections.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from weilu.core import clock
from weilu.core.directory.queries import brand_zone
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle as compiled
from weilu.core.warehouse.compile.facts import Rows, Share
from weilu.core.warehouse.models import AppliedRetraction
from weilu.core.warehouse.store import last_known as store_of_events
from weilu.members import corrections, facts, profiles, thresholds
from weilu.members.lines import Lines, differing, stored, write
from weilu.members.models import Concluded, ThresholdVersion
from weilu.members.rules import histories, lifecycle
from weilu.members.rules.lifecycle import Version

LIFECYCLE = "lifecycle"
KEYS = ("state", "membership")
FEW = 2_000
"""Up to so many touched people are read by their identities; beyond, reading everybody is the shorter way."""

WHOLE = 0
"""The scope of the whole person, over all communities."""
SHARE_EVENTS, SHARE_ACCOUNTS = 300_000, 8_000
"""Up to so many events and accounts are read at once; a scope beyond them in several shares of its people (6 MB a share)."""


def run_once() -> int:
    """Bring `state` and `membership` up to what is loaded; returns how many histories were written."""
    cursor, _ = Concluded.objects.get_or_create(key=LIFECYCLE)
    reached = reached_now(LIFECYCLE)
    if reached is None or same(cursor, reached):
        return 0
    return _conclude(touched(cursor, reached), reached)


def waiting() -> bool:
    """Whether something is known that no conclusion has been drawn from."""
    reached = reached_now(LIFECYCLE)
    cursor = Concluded.objects.filter(key=LIFECYCLE).first()
    return reached is not None and (cursor is None or not same(cursor, reached))


def reached_now(key: str) -> Concluded | None:
    """What is known now; None before anything was loaded. Read before the facts, so that what comes meanwhile is seen again."""
    store = store_of_events()
    if store is None:
        return None
    return Concluded(
        key=key,
        store=str(store.uuid),
        position=store.position,
        owners=store.owners,
        retractions=AppliedRetraction.objects.filter(store=store).count(),
        thresholds=thresholds.newest(),
        zone=brand_zone(),
        at=clock.now(),
    )


def same(one: Concluded, other: Concluded) -> bool:
    """Whether nothing has happened between the two that could change a conclusion."""
    fields = ("store", "position", "owners", "retractions", "thresholds", "zone")
    return all(getattr(one, field) == getattr(other, field) for field in fields)


def touched(cursor: Concluded, reached: Concluded) -> set[int] | None:
    """Members whose facts may have changed between the two; None stands for everybody.

    Undone imports, changed thresholds, another zone for weeks, accounts found to be bots and a store built anew concern everybody.
    """
    fields = ("store", "retractions", "thresholds", "zone")
    if any(getattr(cursor, field) != getattr(reached, field) for field in fields):
        return None
    people = _reowned(cursor.owners, reached.owners)
    if people is None:
        return None
    if reached.position > cursor.position:
        sql = compiled.touched(cursor.position, reached.position)
        people.update(client.query(*sql, seconds=facts.SECONDS).column("person").to_pylist())
    people.discard(0)
    return people if len(people) <= FEW else None


def _reowned(before: list[int], after: list[int]) -> set[int] | None:
    """Members, old and new, of the identities that changed hands; None where rows went or somebody became a bot."""
    if before == after:
        return set()
    (rows, highest, _, *bots), (rows_now, _, _, *bots_now) = before or [0, 0, 0, 0, 0], after
    added = client.query(*compiled.owned_after(highest))
    if bots != bots_now or rows + added.column("added")[0].as_py() != rows_now:
        return None
    return set(added.column("members")[0].as_py())


def _conclude(people: set[int] | None, reached: Concluded) -> int:
    """Reading by reading, so that the memory needed does not grow with the log."""
    sizes = {} if people else _sizes()
    found = _everybody(sizes) if people is None else _some(people)
    written = sum(_conclude_reading(reading, reached.position) for reading in found)
    profiles.refresh(people, sizes[WHOLE].shares if WHOLE in sizes else 1, reached.zone)
    reached.save()  # the cursor follows the histories: a run that died before is simply done again
    return written


@dataclass(frozen=True, slots=True)
class Reading:
    """What is concluded at once: the facts of some members in some scopes, and which stored histories are theirs."""

    scopes: Sequence[int]
    known: facts.Memberships
    versions: Mapping[int, Sequence[Version]]
    people: set[int] | None = None
    share: Share | None = None


def _some(people: set[int]) -> Iterable[Reading]:
    """A few people: one reading of all that they did, wherever it was."""
    owned = set(client.query(*compiled.identities_of(people)).column("identity").to_pylist())
    known = facts.read(Rows(identities=owned), smallest_gap())
    scopes = sorted({*known.scopes(), *_stored_scopes(people)})
    yield Reading(scopes, known, thresholds.versions_of(scopes), people=people)


def _everybody(sizes: Mapping[int, Size]) -> Iterable[Reading]:
    """Communities together as long as they are small; a large one, and all together, in shares of their people."""
    scopes = sorted({*sizes, *_stored_scopes(None)})
    versions, gap = thresholds.versions_of(scopes), smallest_gap()
    for group in _groups(scopes, sizes):
        whole = group == [WHOLE]
        shares = sizes.get(group[0], NOTHING).shares if len(group) == 1 else 1
        for number in range(shares):
            share = Share(number, shares) if shares > 1 else None
            rows = Rows(communities=None if whole else group, share=share)
            yield Reading(group, facts.read(rows, gap, each=not whole, whole=whole), versions, share=share)


class Size(NamedTuple):
    """How much there is to read of a scope."""

    events: int
    accounts: int

    def and_(self, other: Size) -> Size:
        return Size(self.events + other.events, self.accounts + other.accounts)

    @property
    def shares(self) -> int:
        """Into how many shares of its people it is cut."""
        return 1 + max(self.events // SHARE_EVENTS, self.accounts // SHARE_ACCOUNTS)


NOTHING = Size(0, 0)


def _sizes() -> dict[int, Size]:
    table = client.query(*compiled.scopes(), seconds=facts.SECONDS)
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {scope: Size(events, accounts) for scope, events, accounts in rows}


def _groups(scopes: Iterable[int], sizes: Mapping[int, Size]) -> Iterable[list[int]]:
    """Scopes that are read together, ascending; the whole person alone, since it reads all rows by itself."""
    group: list[int] = []
    filled = NOTHING
    for scope in scopes:
        more = filled.and_(sizes.get(scope, NOTHING))
        if group and (group == [WHOLE] or more.shares > 1):
            yield group
            group, more = [], sizes.get(scope, NOTHING)
        group, filled = [*group, scope], more
    if group:
        yield group


def _conclude_reading(reading: Reading, position: int) -> int:
    """Compare with what stands, scope by scope, and write the differences of all in one block."""
    old = {
        key: stored(key, reading.scopes, values, reading.people, reading.share)
        for key, values in (("state", histories.CODES), ("membership", histories.PRESENCE))
    }
    changed = []
    for scope in reading.scopes:
        # An account may be somebody else's by now, of whom a reading of few people tells only a part.
        part = reading.known.of_scope(scope)
        portion = Portion(
            scope, part if reading.people is None else part.of(reading.people), reading.versions[scope]
        )
        for key, history in portion.drawn():
            difference = differing(portion.lines(key, history), old[key][scope])
            if key == "state":
                corrections.record(difference, position)
            changed.append((difference.lines, portion.versions[-1].number))
    return write(changed, position)


@dataclass(frozen=True, slots=True)
class Portion:
    """The facts of some members in one scope, and the thresholds that they are judged by."""

    scope: int
    part: facts.Memberships
    versions: Sequence[Version]

    def drawn(self) -> Iterable[tuple[str, histories.Histories]]:
        yield "state", histories.histories(self.part.columns, self.versions)
        yield "membership", histories.memberships(self.part.columns)

    def lines(self, key: str, found: histories.Histories) -> Lines:
        who = self.part.who
        version = np.zeros(len(who), dtype=np.int64)
        return Lines(key, self.scope, found.values, who, found.offsets, found.froms, found.codes, version)


def _stored_scopes(people: Collection[int] | None) -> list[int]:
    rows = client.query(*compiled.stored_scopes(KEYS, people), seconds=facts.SECONDS)
    return [int(scope) for scope in rows.column("scope").to_pylist()]


def smallest_gap() -> int:
    """The smallest gap that any thresholds ask for; facts that are finer than needed serve all."""
    pairs = ThresholdVersion.objects.values_list("active_days", "pause_days")
    return min([lifecycle.Thresholds().gap, *(min(pair) * lifecycle.DAY for pair in pairs)])
