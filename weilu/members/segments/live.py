"""Who is in each live segment now? Follows the conclusions: whoever they touched is looked at again, everybody now and then,
since time alone moves people too.

All segments share one reading. Only who came or went is written, as intervals in the store's timelines, with the conditions
that held at that moment.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db.models import F

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.events import queries as log
from weilu.core.jobs.locks import only_one
from weilu.core.operators.access import Viewer
from weilu.core.segments.people import Apart
from weilu.core.segments.reading import parse
from weilu.core.segments.rule import Rule, Scene, leaves, resolve
from weilu.core.warehouse import client
from weilu.core.warehouse.check import check, visible
from weilu.core.warehouse.compile import lifecycle
from weilu.core.warehouse.compile import segments as compiled
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.question import parse as parse_question
from weilu.core.warehouse.store import last_known
from weilu.members import facts
from weilu.members.conclude import LIFECYCLE, same, touched
from weilu.members.lines import read_lines
from weilu.members.models import Concluded
from weilu.members.rules.histories import Ints
from weilu.members.segments import snapshots
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import NEW_RULE, SEGMENT

FULL_MINUTES = 10
"""After so long everybody is looked at again."""
EXPLAINED = 500
"""Of so many that come or go at once it is written which conditions held."""
SECONDS = 60
WHO_BITS = 32
EVERYBODY = {"kind": "segment", "rule": {"random": {"percent": 100}}}


def waiting() -> bool:
    """Whether a rule is new, or conclusions were drawn that no segment has seen."""
    if not Segment.objects.exists():
        return False
    reached = Concluded.objects.filter(key=LIFECYCLE).first()
    cursor = Concluded.objects.filter(key=SEGMENT).first()
    if reached is None or cursor is None:
        return reached is not None
    return _caught_up(cursor, reached) and (not same(cursor, reached) or bool(_fresh()))


def _caught_up(cursor: Concluded, reached: Concluded) -> bool:
    """Whether a store built anew is as far as the one before: what is loaded until then has long happened, and moves nobody."""
    return cursor.store in ("", reached.store) or reached.position >= min(cursor.position, log.head())


def run_once() -> int:
    """Bring all live segments up to the conclusions; returns how many came or went."""
    with only_one("segments") as held:
        return _run() if held and waiting() else 0


def look_again(now: dt.datetime) -> int:
    """Everybody, for the segments that were last wholly worked out a while ago."""
    with only_one("segments") as held:
        if not held or not _in_its_store():
            return 0
        before = now - dt.timedelta(minutes=FULL_MINUTES)
        due = Segment.objects.filter(snapshot=False, computed_at__lt=before)
        return _refresh(list(due), None)


def _in_its_store() -> bool:
    """Whether the store is the one in which segments were last worked out."""
    cursor = Concluded.objects.filter(key=SEGMENT).first()
    store = last_known()
    return cursor is not None and store is not None and cursor.store == str(store.uuid)


def _run() -> int:
    reached = Concluded.objects.get(key=LIFECYCLE)
    cursor, _new = Concluded.objects.get_or_create(key=SEGMENT)
    if cursor.store != reached.store:
        _enter()
    rows, fresh = list(Segment.objects.filter(snapshot=False)), _fresh()
    people = touched(cursor, reached) if rows else set()
    if people is None:
        moved = _refresh(rows, None)
    else:
        moved = _refresh(fresh, None)
        known = [row for row in rows if row not in fresh]
        moved += _refresh(known, people) if people else 0
    reached.key, reached.pk = SEGMENT, SEGMENT
    reached.save()  # the cursor follows: a run that died before is simply done again
    return moved


def _enter() -> None:
    """A store built anew may hold nothing of the segments. Snapshots are filled in again; live ones begin anew, for nobody comes in
    by that."""
    snapshots.fill_missing()
    there = client.query(*lifecycle.stored_scopes([SEGMENT], None)).column("scope").to_pylist()
    Segment.objects.filter(snapshot=False).exclude(pk__in=there).update(computed_version=0)


def _fresh() -> list[Segment]:
    return list(Segment.objects.filter(snapshot=False).exclude(computed_version=F("version")))


@dataclass(frozen=True, slots=True)
class Judged:
    """A segment whose rule can be worked out just now."""

    row: Segment
    rule: Rule
    scene: Scene

    @property
    def frame(self) -> Frame:
        return self.scene.frame


def _refresh(rows: Sequence[Segment], people: Collection[int] | None) -> int:
    """Work these segments out for these people (None: everybody) in one reading, and write who came and went."""
    known = [one for row in rows if (one := _judgeable(row))]
    if not known:
        return 0
    started = time.monotonic()
    whole = check(parse_question(EVERYBODY), Viewer.everything()).frame
    now_in = _answering([Apart(one.rule, one.frame) for one in known], whole, people)
    scopes = np.array([one.row.pk for one in known], dtype=np.int64)
    now_in = np.sort((scopes[now_in >> WHO_BITS] << WHO_BITS) + (now_in & (2**WHO_BITS - 1)))
    was_in = _inside([one.row.pk for one in known], people)
    entered, gone = np.setdiff1d(now_in, was_in), np.setdiff1d(was_in, now_in)
    for one in known:
        mine = [keys[keys >> WHO_BITS == one.row.pk] & (2**WHO_BITS - 1) for keys in (entered, gone)]
        _write(one, mine[0].tolist(), mine[1].tolist())
    milliseconds = round((time.monotonic() - started) * 1000)
    for one in known:
        size = int((now_in >> WHO_BITS == one.row.pk).sum())
        _settle(one.row, size, milliseconds, entered, gone, whole=people is None)
    return len(entered) + len(gone)


def _judgeable(row: Segment) -> Judged | None:
    """Its rule in terms of the store; where that cannot be said it is noted."""
    try:
        scene = _scene(row)
        rule = resolve(parse(row.rule), scene)
    except WeiluError as error:
        Segment.objects.filter(pk=row.pk).update(
            problem=error.code, computed_version=row.version, computed_at=clock.now()
        )
        return None
    return Judged(row, rule, scene)


def _scene(row: Segment) -> Scene:
    """The present, in the segment's communities."""
    everything = Viewer.everything()
    seen = visible(everything)
    asked = check(parse_question({**EVERYBODY, "communities": row.communities}), everything, seen)
    return Scene(everything, seen.communities, asked.frame, (row.pk,))


def _answering(rules: Sequence[Rule], frame: Frame, people: Collection[int] | None) -> Ints:
    """(index of the rule, person) of everybody who answers to it, as one number each."""
    bound = Bound()
    sql = compiled.judged(rules, frame, bound, _owned(people))
    table = client.query(sql, bound.params, seconds=SECONDS)
    found = table.column("found").combine_chunks()
    person = np.repeat(facts.ints(table.column("person")), facts.ints(found.value_lengths()))
    return ((facts.ints(found.flatten()) - 1) << WHO_BITS) + person


def _owned(people: Collection[int] | None) -> list[int] | None:
    if people is None:
        return None
    table = client.query(*lifecycle.identities_of(people))
    return [int(one) for one in table.column("identity").to_pylist()]


def _inside(scopes: Sequence[int], people: Collection[int] | None) -> Ints:
    table = client.query(
        *compiled.inside(scopes, None if people is None else sorted(people)), seconds=SECONDS
    )
    keys: Ints = (facts.ints(table.column("scope")) << WHO_BITS) + facts.ints(table.column("who"))
    return np.sort(keys)


def _write(one: Judged, entered: Sequence[int], gone: Sequence[int]) -> None:
    """New intervals for those who came and went, behind what stands of them."""
    if not entered and not gone:
        return
    at, version = int(clock.now().timestamp()), clock.now_ms()
    held = _held(one, [*entered, *gone])
    before: dict[int, tuple[list[tuple[int, str]], int]] = {}
    if one.row.computed_version:
        table = client.query(*lifecycle.stored([SEGMENT], [*entered, *gone], [one.row.pk]), seconds=SECONDS)
        before = {who: (points, stamp) for _k, _s, who, points, stamp in read_lines(table)}
    lines = []
    for word, some in (("in", entered), ("out", gone)):
        for who in some:
            points, stamp = before.get(who, ([], 0))
            lines.append(
                (who, [*points, (at, f"{word} {held.get(who, '')}".strip())], max(version, stamp + 1))
            )
    client.insert("weilu.timelines", _table(one.row, lines))


def _held(one: Judged, people: Sequence[int]) -> dict[int, str]:
    """Which conditions of the rule hold for these people, as a mark for each and the rule's version (`101 v2`); of many it is not
    asked."""
    if one.row.computed_version != one.row.version:
        return dict.fromkeys(people, NEW_RULE)
    if len(people) > EXPLAINED:
        return {}
    conditions = [Apart(resolve(leaf, one.scene), one.frame) for leaf in leaves(parse(one.row.rule))]
    keys = _answering(conditions, one.frame, people)
    found = {(int(key) >> WHO_BITS, int(key) & (2**WHO_BITS - 1)) for key in keys.tolist()}
    return {who: f"{_marks(who, found, len(conditions))} v{one.row.version}" for who in people}


def _marks(who: int, found: Collection[tuple[int, int]], count: int) -> str:
    return "".join("1" if (n, who) in found else "0" for n in range(count))


def _table(row: Segment, lines: Sequence[tuple[int, list[tuple[int, str]], int]]) -> pa.Table:
    size = len(lines)
    return pa.table(
        {
            "key": pa.array([SEGMENT] * size, pa.string()),
            "scope": pa.array([row.pk] * size, pa.uint32()),
            "who": pa.array([who for who, _, _ in lines], pa.uint32()),
            "froms": pa.array([[at for at, _ in points] for _, points, _ in lines], pa.list_(pa.uint32())),
            "vals": pa.array([[word for _, word in points] for _, points, _ in lines], pa.list_(pa.string())),
            "rule": pa.array([row.version] * size, pa.uint32()),
            "upto": pa.array([0] * size, pa.uint64()),
            "version": pa.array([stamp for _, _, stamp in lines], pa.uint64()),
        }
    )


def _settle(row: Segment, size: int, milliseconds: int, entered: Ints, gone: Ints, *, whole: bool) -> None:
    if whole:
        Segment.objects.filter(pk=row.pk, version=row.version).update(
            size=size,
            milliseconds=milliseconds,
            computed_version=row.version,
            computed_at=clock.now(),
            problem="",
        )
        return
    change = int((entered >> WHO_BITS == row.pk).sum()) - int((gone >> WHO_BITS == row.pk).sum())
    if change:
        Segment.objects.filter(pk=row.pk).update(size=max(0, row.size + change))
