"""Which conclusions about members follow from what was logged since the last time, and how do they reach the store?

Conclusions are facts' shadows: a run finds whom new events, a merge, a retraction or changed thresholds touch, works
their histories out anew and writes only what differs. Running it twice writes nothing the second time, and the order in
which facts arrived leaves no trace. What it changes about the past stays visible as corrections.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from weilu.core import clock
from weilu.core.directory.models import Brand
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.core.warehouse.models import AppliedRetraction
from weilu.core.warehouse.store import last_known as store_of_events
from weilu.members import facts, thresholds
from weilu.members.models import Concluded, Correction, ThresholdVersion
from weilu.members.rules import histories, lifecycle, moves
from weilu.members.rules.lifecycle import Version

LIFECYCLE = "lifecycle"
KEYS = ("state", "membership")
FEW = 2_000
"""Up to so many touched people are read by their identities; beyond, reading everybody is the shorter way."""

Stored = dict[tuple[str, int], tuple[list[tuple[int, str]], int]]
"""(key, who) of one scope → its change points and version."""


@dataclass(frozen=True, slots=True)
class Line:
    """One history to be written."""

    key: str
    scope: int
    who: int
    points: list[tuple[int, str]]
    rule: int
    version: int


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

    Undone imports, changed thresholds, accounts found to be bots and a store built anew concern everybody.
    """
    if any(
        getattr(cursor, field) != getattr(reached, field) for field in ("store", "retractions", "thresholds")
    ):
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
    """Scope by scope, so that the memory needed is that of the largest community."""
    known = facts.read(Rows(identities=_identities(people)), smallest_gap())
    versions = thresholds.versions_of(known.scopes())
    scopes = sorted({*known.scopes(), *_stored_scopes(people)})
    written = sum(
        _conclude_scope(known.of_scope(scope), scope, versions.get(scope, ()), people, reached.position)
        for scope in scopes
    )
    reached.save()  # the cursor follows the histories: a run that died before is simply done again
    return written


def _conclude_scope(
    part: facts.Memberships, scope: int, versions: Sequence[Version], people: set[int] | None, position: int
) -> int:
    old = _stored(people, scope)
    lines = list(_lines(part, scope, versions, people, old))
    changed = [line for line in lines if old.get((line.key, line.who), ([], 0))[0] != line.points]
    changed += _vanished(lines, scope, old)
    _record_corrections(changed, old, position)
    write(changed, position)
    return len(changed)


def _stored(people: Collection[int] | None, scope: int) -> Stored:
    rows = client.query(*compiled.stored(KEYS, people, [scope]), seconds=facts.SECONDS)
    return {(key, who): (points, version) for key, _, who, points, version in read_lines(rows)}


def _stored_scopes(people: Collection[int] | None) -> list[int]:
    rows = client.query(*compiled.stored_scopes(KEYS, people), seconds=facts.SECONDS)
    return [int(scope) for scope in rows.column("scope").to_pylist()]


def read_lines(rows: pa.Table) -> Iterable[tuple[str, int, int, list[tuple[int, str]], int]]:
    """Rows of `timelines` with their change points as (second, value)."""
    froms = rows.column("froms").cast(pa.list_(pa.int64())).to_pylist()
    columns = (rows.column(name).to_pylist() for name in ("key", "scope", "who", "vals", "version"))
    for (key, scope, who, vals, version), moments in zip(zip(*columns, strict=True), froms, strict=True):
        yield key, scope, who, list(zip(moments, vals, strict=True)), version


def _lines(
    part: facts.Memberships, scope: int, versions: Sequence[Version], people: set[int] | None, old: Stored
) -> Iterable[Line]:
    if not len(part.who):
        return
    now = clock.now_ms()
    found = {
        "state": histories.histories(part.columns, versions),
        "membership": histories.memberships(part.columns),
    }
    for index, who in enumerate(part.who.tolist()):
        if people is None or who in people:
            for key, history in found.items():
                version = max(now, old.get((key, who), ([], 0))[1] + 1)
                yield Line(key, scope, who, history.of(index), versions[-1].number, version)


def _identities(people: set[int] | None) -> set[int] | None:
    if people is None:
        return None
    return set(client.query(*compiled.identities_of(people)).column("identity").to_pylist())


def smallest_gap() -> int:
    """The smallest gap that any thresholds ask for; facts that are finer than needed serve all."""
    pairs = ThresholdVersion.objects.values_list("active_days", "pause_days")
    return min([lifecycle.Thresholds().gap, *(min(pair) * lifecycle.DAY for pair in pairs)])


def _vanished(lines: list[Line], scope: int, old: Stored) -> list[Line]:
    """Histories of which nothing is left: after an undone import, or of a member merged into another."""
    kept = {(line.key, line.who) for line in lines}
    now = clock.now_ms()
    return [
        Line(key, scope, who, [], 0, max(now, version + 1))
        for (key, who), (points, version) in old.items()
        if points and (key, who) not in kept
    ]


def _record_corrections(changed: list[Line], old: Stored, position: int) -> None:
    """Before the histories are written: a run that dies in between finds and records the same ones again."""
    found: dict[tuple[int, int, dt.datetime], Correction] = {}
    for line in changed:
        before, told = old.get((line.key, line.who), ([], 0))
        if line.key == "state" and before:
            for one in moves.corrections(before, line.points, told // 1000):
                at = clock.from_ms(one.at * 1000)
                row = Correction(
                    scope=line.scope,
                    member=line.who,
                    at=at,
                    was=one.was,
                    now=one.now,
                    told=told,
                    position=position,
                )
                found[line.scope, line.who, at] = row
    _keep_first_told(found)
    Correction.objects.bulk_create(
        found.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["member", "scope", "at"],
        update_fields=["was", "now", "told", "position"],
    )


def _keep_first_told(found: dict[tuple[int, int, dt.datetime], Correction]) -> None:
    """A second correction of the same moment still says what had been told at first; so an undone one settles itself."""
    members = sorted({member for _scope, member, _at in found})
    for begin in range(0, len(members), 500):
        for row in Correction.objects.filter(member__in=members[begin : begin + 500]):
            later = found.get((row.scope, row.member, row.at))
            if later is not None:
                later.was, later.told = row.was, row.told


def write(lines: list[Line], upto: int) -> None:
    """Histories into `weilu.timelines`, one block for each hundred thousand."""
    for begin in range(0, len(lines), 100_000):
        part = lines[begin : begin + 100_000]
        client.insert(
            "weilu.timelines",
            pa.table(
                {
                    "key": pa.array([line.key for line in part], pa.string()),
                    "scope": pa.array([line.scope for line in part], pa.uint32()),
                    "who": pa.array([line.who for line in part], pa.uint32()),
                    "froms": pa.array(
                        [[at for at, _ in line.points] for line in part], pa.list_(pa.uint32())
                    ),
                    "vals": pa.array(
                        [[value for _, value in line.points] for line in part], pa.list_(pa.string())
                    ),
                    "rule": pa.array([line.rule for line in part], pa.uint32()),
                    "upto": pa.array([upto] * len(part), pa.uint64()),
                    "version": pa.array([line.version for line in part], pa.uint64()),
                }
            ),
        )
