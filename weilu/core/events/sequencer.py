"""In which order did things become known? Moves committed intake into the log, drops repeats, gives positions.

One step: take a piece of the intake, look up its keys, mint who and where, write log, private side, keys and claims in
one transaction, then clear the intake. A step that dies anywhere is done again; keys make the second time harmless.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from weilu.core import clock
from weilu.core.collecting import seldom
from weilu.core.directory import facts, joining, sightings
from weilu.core.directory.minting import WRITTEN, Minter, chunks
from weilu.core.directory.models import Sighting
from weilu.core.directory.sightings import fold
from weilu.core.events import claims, frames, holds, intake, kinds, nameless, store
from weilu.core.events.keys import UNTIMED, nearby
from weilu.core.events.lock import lock, taken
from weilu.core.events.models import BatchTally, Sequenced

__all__ = ["catch_up", "drain", "lock", "run_once"]

STEP = 20_000
"""About how many events one step takes: enough to spread the cost of a sync, little enough to wait for."""
LIVE_MS = 24 * 3600 * 1000
BUSY_SECONDS = 0.01

_me = secrets.token_hex(16)
_minter = Minter()


def run_once(limit: int = STEP) -> int:
    """One step; returns how many events were handled, repeats counted. Waits for the lock if there is work."""
    if not intake.waiting():
        return 0
    with lock(), seldom():
        try:
            return _step(limit)
        except BaseException:
            # What was minted may have been rolled back with the rest.
            _minter.forget()
            raise


def run_unless_busy() -> int:
    """One step, unless another process is at it: who has other work does that meanwhile."""
    if taken():
        time.sleep(BUSY_SECONDS)
        return 0
    return run_once()


def drain() -> int:
    """Steps until nothing waits; returns how many events were handled."""
    total = 0
    while handled := run_once():
        total += handled
    return total


def catch_up() -> int:
    """Steps until all that waits now is in the log, however much comes in meanwhile; returns how many events were handled."""
    before, total = intake.standing(), 0
    while not intake.passed(before) and (handled := run_once()):
        total += handled
    return total


@dataclass(slots=True)
class Draft:
    """What one step is about to write."""

    head: int
    recorded: int
    known: dict[bytes, int]
    log: list[tuple[Any, ...]] = field(default_factory=list)
    private: list[tuple[Any, ...]] = field(default_factory=list)
    keys: list[tuple[bytes, int]] = field(default_factory=list)
    claimed: list[tuple[int, list[int]]] = field(default_factory=list)
    tally: dict[int, list[int]] = field(default_factory=dict)
    held: list[tuple[frames.Frame, int]] = field(default_factory=list)
    wishes: list[joining.Wish] = field(default_factory=list)
    told: list[facts.Told] = field(default_factory=list)


def _step(limit: int) -> int:
    with transaction.atomic(using=settings.LOG_DATABASE):
        state = Sequenced.objects.get_or_create(id=1)[0]
        taken = intake.take(limit, state.intake)
        if not taken.frames and not taken.pieces:
            return 0
        if state.by != _me:
            _minter.forget()
        draft = _draft(taken, state)
        _write(draft)
        intake.remember(taken)
        state.head, state.recorded = draft.head, draft.recorded
        state.intake, state.by = taken.last, _me
        state.save()
    intake.forget(taken)
    return sum(len(frame.keys) for frame in taken.frames)


def _draft(taken: intake.Taken, state: Sequenced) -> Draft:
    keys = [key for frame in taken.frames for key in frame.keys]
    opened = [nameless.without_erased(frame) for frame in taken.frames]
    recorded = max(clock.now_ms(), state.recorded)
    around = [near for key in keys if key[4:8] == UNTIMED for near in nearby(key)]
    draft = Draft(state.head, recorded, store.positions_of(keys + around))
    places = _mint(opened, state.head)
    for number, (frame, place) in enumerate(zip(opened, places, strict=True)):
        _lay(frame, place, draft, again=number < taken.again)
    # Before the log has them: a step that dies in between is done again and finds them done.
    for some in chunks(draft.told, WRITTEN):
        with transaction.atomic():
            facts.write(some)
    if draft.wishes:
        with transaction.atomic():
            joining.join(draft.wishes)
    return draft


def _write(draft: Draft) -> None:
    store.insert(store.LOG, draft.log)
    store.insert(store.PRIVATE, draft.private)
    store.insert(store.KEYS, sorted(draft.keys))
    claims.write(draft.claimed)
    holds.write(draft.held)
    for batch, (new, repeated, held) in draft.tally.items():
        tally = BatchTally.objects.get_or_create(batch=batch)[0]
        tally.new, tally.repeated, tally.held = tally.new + new, tally.repeated + repeated, tally.held + held
        tally.save()


Places = tuple[list[int], list[int], list[int]]
"""Ids of a frame's accounts, communities and rooms by index; one 0 more at the end, where `NOBODY` points."""


def _mint(opened: Sequence[frames.Frame], head: int) -> list[Places]:
    now = clock.now()
    accounts: dict[tuple[Any, str], bool] = {}
    for frame in opened:
        for account in frame.actors:
            name = (account[0], account[1])
            accounts[name] = frames.anonymous(account) or accounts.get(name, False)
    identities = _minter.identities(accounts, head, now)
    communities = _minter.communities(
        {(c[0], c[1]): frames.simulated(f) for f in opened for c in f.communities}, now
    )
    inside = [[communities[c[0], c[1]] for c in frame.communities] for frame in opened]
    rooms = _minter.rooms(
        {(at[r[0]], r[1]): None for f, at in zip(opened, inside, strict=True) for r in f.rooms}.keys()
    )
    places: list[Places] = []
    folded: sightings.Folded = {}
    for frame, at in zip(opened, inside, strict=True):
        batch = frame.header.batch
        who = [identities[actor[0], actor[1]] for actor in frame.actors]
        where = [rooms[at[room[0]], room[1]] for room in frame.rooms]
        fold(
            folded,
            Sighting.IDENTITY,
            batch,
            who,
            ((actor[2], actor[4], actor[3]) for actor in frame.actors),
            _minter.sighted,
        )
        fold(
            folded,
            Sighting.COMMUNITY,
            batch,
            at,
            ((name, seen, False) for _, _, name, seen in frame.communities),
        )
        fold(folded, Sighting.ROOM, batch, where, ((name, seen, False) for _, _, name, seen in frame.rooms))
        places.append(([*who, 0], [*at, 0], [*where, 0]))
    _minter.sight(folded)
    return places


Fresh = list[tuple[int, bytes, list[Any]]]
"""Position, key and row of each event of a frame that the log did not hold."""


def _lay(frame: frames.Frame, places: Places, draft: Draft, *, again: bool) -> None:
    """Lay out one frame's rows. `again`: an earlier run died after writing it; its repeats are not counted anew."""
    waiting = len(draft.held)
    fresh, positions = _number(frame, draft)
    _write_down(fresh, frame.header, places, draft)
    _listen(fresh, frame, places[0], draft)
    draft.claimed.append((frame.header.batch, positions))
    counted = draft.tally.setdefault(frame.header.batch, [0, 0, 0])
    counted[0] += len(fresh)
    counted[1] += 0 if again else len(positions) - len(fresh)
    counted[2] += 0 if again else len(draft.held) - waiting


def _number(frame: frames.Frame, draft: Draft) -> tuple[Fresh, list[int]]:
    """What is new gets the next positions, or waits. Positions of repeats are given back too: a batch claims all."""
    known, head, off = draft.known, draft.head, holds.off(frame)
    fresh: Fresh = []
    positions: list[int] = []
    for index, key in enumerate(frame.keys):
        position = known.get(key)
        if position is None and key[4:8] == UNTIMED:
            position = next((known[near] for near in nearby(key) if near in known), None)
        if position is None:
            if index in off:
                draft.held.append((frame, index))
                continue
            head += 1
            position = known[key] = head
            fresh.append((head, key, frame.rows[index]))
        positions.append(position)
    draft.head = head
    return fresh, positions


def _write_down(fresh: Fresh, header: frames.Header, places: Places, draft: Draft) -> None:
    """What the log, its private side and its keys hold of these events."""
    who, where, inside = places
    batch, live, arrived, _ = header
    recorded, log, private, keys = draft.recorded, draft.log, draft.private, draft.keys
    for position, key, row in fresh:
        (kind, version, happened, source, actor, community, room, subject, about, target, mentions, value,
         properties, text, data) = row  # fmt: skip
        identity = who[actor]
        people = str([who[one] for one in mentions]) if mentions else ""
        soon = 1 if live and arrived - happened <= LIVE_MS else 0
        log.append(
            (position, kind, version, happened, recorded, identity, where[community], inside[room], subject, about,
             who[target], people, source, batch, soon, value, properties, key)
        )  # fmt: skip
        keys.append((key, position))
        if text or data:
            private.append((position, identity, text, data))


def _listen(fresh: Fresh, frame: frames.Frame, who: list[int], draft: Draft) -> None:
    """Which accounts are said to be one person, or to be somebody's own, and what they say about themselves."""
    joins = kinds.joining()
    naming = {
        place
        for place, account in enumerate(frame.actors)
        if who[place] in _minter.anonymous and not frames.anonymous(account)
    }
    for position, _key, row in fresh:
        kind, happened, actor, target, data = row[0], row[2], row[4], row[9], row[14]
        if kind in joins and target != frames.NOBODY:
            draft.wishes.append(joining.Wish(who[target], who[actor], joins[kind], happened, position))
        if naming and (named := naming & {actor, target}):
            draft.wishes += [
                joining.Wish(who[one], 0, joining.NAMED, happened, position) for one in sorted(named)
            ]
            naming -= named
        if data and facts.tells(data):
            draft.told.append(facts.Told(who[actor], data, happened))


def forget_directory() -> None:
    """The directory was changed by somebody else: whoever sequences next must look ids up anew. Needs the lock."""
    _minter.forget()
    Sequenced.objects.filter(id=1).update(by="")
