"""Which conclusions about members follow from what was logged since the last time, and how do they reach the store?

Conclusions are facts' shadows: a run finds whom new events, a merge, a retraction or changed thresholds touch, works
their histories out anew and writes only what differs. Running it twice writes nothing the second time, and the order in
which facts arrived leaves no trace. What it changes about the past stays visible as corrections.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from weilu.core import clock
from weilu.core.directory.models import Brand
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

SHARE_EVENTS, SHARE_ACCOUNTS = 500_000, 12_500
"""Beyond so many events or accounts a scope is concluded in several shares of its people (10 MB a share)."""


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


def brand_zone() -> str:
    """The time zone in which weeks begin and days are counted for influence."""
    return Brand.objects.values_list("timezone", flat=True).first() or "Asia/Shanghai"


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
    """Portion by portion, so that the memory needed does not grow with the log."""
    found = _everybody() if people is None else _some(people)
    written = sum(_conclude_portion(portion, reached.position) for portion in found)
    profiles.refresh(people, 1 if people else _shares().get(0, 1), reached.zone)
    reached.save()  # the cursor follows the histories: a run that died before is simply done again
    return written


@dataclass(frozen=True, slots=True)
class Portion:
    """What is concluded at once: the facts of some members in one scope, and which stored histories are theirs."""

    scope: int
    part: facts.Memberships
    versions: Sequence[Version]
    people: set[int] | None = None
    share: Share | None = None


def _some(people: set[int]) -> Iterable[Portion]:
    """A few people: one reading of all that they did, wherever it was."""
    owned = set(client.query(*compiled.identities_of(people)).column("identity").to_pylist())
    known = facts.read(Rows(identities=owned), smallest_gap())
    scopes = sorted({*known.scopes(), *_stored_scopes(people)})
    versions = thresholds.versions_of(scopes)
    for scope in scopes:
        # An account may be somebody else's by now, of whom this tells only a part.
        part = known.of_scope(scope).of(people)
        yield Portion(scope, part, versions[scope], people=people)


def _everybody() -> Iterable[Portion]:
    """A reading for each community and for all together, in shares of the people where there are many."""
    found = _shares()
    scopes = sorted({*found, *_stored_scopes(None)})
    versions, gap = thresholds.versions_of(scopes), smallest_gap()
    for scope in scopes:
        shares = found.get(scope, 1)
        for number in range(shares):
            share = Share(number, shares) if shares > 1 else None
            rows = Rows(communities=[scope] if scope else None, share=share)
            part = facts.read(rows, gap, each=bool(scope), whole=not scope).of_scope(scope)
            yield Portion(scope, part, versions[scope], share=share)


def _shares() -> dict[int, int]:
    """Into how many shares of its people each scope is cut."""
    table = client.query(*compiled.scopes(), seconds=facts.SECONDS)
    return {
        scope: 1 + max(events // SHARE_EVENTS, accounts // SHARE_ACCOUNTS)
        for scope, events, accounts in zip(*(column.to_pylist() for column in table.columns), strict=True)
    }


def _conclude_portion(portion: Portion, position: int) -> int:
    found = (
        ("state", histories.CODES, histories.histories(portion.part.columns, portion.versions)),
        ("membership", histories.PRESENCE, histories.memberships(portion.part.columns)),
    )
    changed = []
    for key, values, history in found:
        old = stored(key, portion.scope, values, portion.people, portion.share)
        difference = differing(_lines(key, portion, history), old)
        if key == "state":
            corrections.record(difference, position)
        changed.append(difference.lines)
    return write(changed, portion.versions[-1].number, position)


def _lines(key: str, portion: Portion, found: histories.Histories) -> Lines:
    who = portion.part.who
    version = np.zeros(len(who), dtype=np.int64)
    return Lines(key, portion.scope, found.values, who, found.offsets, found.froms, found.codes, version)


def _stored_scopes(people: Collection[int] | None) -> list[int]:
    rows = client.query(*compiled.stored_scopes(KEYS, people), seconds=facts.SECONDS)
    return [int(scope) for scope in rows.column("scope").to_pylist()]


def smallest_gap() -> int:
    """The smallest gap that any thresholds ask for; facts that are finer than needed serve all."""
    pairs = ThresholdVersion.objects.values_list("active_days", "pause_days")
    return min([lifecycle.Thresholds().gap, *(min(pair) * lifecycle.DAY for pair in pairs)])
