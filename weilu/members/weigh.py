"""How do tiers and scores reach the store? The pyramid is weighed every Monday 00:00 of the brand's zone.

Mondays once weighed stand, until facts from before them come in late or go: then they are weighed anew. So neither history
nor present depends on when the job ran, and what was told on a day can be told again with the knowledge of that day.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from weilu.core import clock
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled
from weilu.core.warehouse.compile import lifecycle as compiled_lines
from weilu.members import conclude, facts, profiles
from weilu.members.lines import Lines, differing, stored, write
from weilu.members.models import Concluded
from weilu.members.rules.histories import Ints
from weilu.members.rules.influence import RULE_VERSION, TIERS
from weilu.members.standing import Standing, week_ends, weighings

INFLUENCE = "influence"
KEY = "tier"
VALUES = ("", *TIERS)


def run_once() -> int:
    """Weigh the Mondays that are due; returns how many histories were written."""
    now = clock.now()
    cursor, _ = Concluded.objects.get_or_create(key=INFLUENCE)
    reached = conclude.reached_now(INFLUENCE)
    if reached is None or not reached.position or not _due(cursor, reached, now):
        return 0
    reached.at = now
    written = _weigh(_since(cursor, reached), now, reached)
    reached.save()
    return written


def _due(cursor: Concluded, reached: Concluded, now: dt.datetime) -> bool:
    if cursor.at is None or not conclude.same(cursor, reached):
        return True
    return bool(week_ends(int(cursor.at.timestamp()), now))


def _since(cursor: Concluded, reached: Concluded) -> int:
    """Mondays after this second are to be weighed: the earliest that any news is about, at most the last time."""
    if cursor.at is None or _begins_anew(cursor, reached):
        found = client.query(*compiled.first_moment())
    else:
        found = client.query(
            *compiled.earliest(cursor.position, reached.position, (cursor.owners or [0, 0])[1])
        )
    since = int(found.column("since")[0].as_py()) if found.column("events")[0].as_py() else None
    last = None if cursor.at is None else int(cursor.at.timestamp())
    return min(one for one in (since, last, int(clock.now().timestamp())) if one is not None)


def _begins_anew(cursor: Concluded, reached: Concluded) -> bool:
    """Undone imports, accounts found to be bots, another zone for weeks and a store built anew concern every Monday."""
    fields = ("store", "retractions", "zone")
    return cursor.owners[3:] != reached.owners[3:] or any(
        getattr(cursor, field) != getattr(reached, field) for field in fields
    )


def _weigh(since: int, now: dt.datetime, reached: Concluded) -> int:
    mondays = week_ends(since, now)
    if not mondays:
        return 0
    scopes = client.query(*compiled_lines.stored_scopes((KEY,), None)).column("scope").to_pylist()
    told = {week for week in week_ends(_first_told() - 1, now) if week <= since}
    pyramids = {scope: Pyramid(scope, told) for scope in scopes}
    newest: list[Standing] = []
    for monday, newest in zip(mondays, weighings(mondays), strict=True):
        found = {one.scope: one for one in newest}
        for scope in sorted({*pyramids, *found}):
            if scope not in pyramids:
                pyramids[scope] = Pyramid(scope, told)
            pyramids[scope].add(monday, found.get(scope))
    written = sum(
        write([(differing(pyramid.lines(), _stored(scope)).lines, RULE_VERSION)], reached.position)
        for scope, pyramid in sorted(pyramids.items())
    )
    _write_scores(newest)
    profiles.score()
    return written


def _stored(scope: int) -> Lines:
    return stored(KEY, [scope], VALUES)[scope]


def _first_told() -> int:
    """The first Monday of any stored history, in seconds; now where there is none."""
    first = client.query(*compiled_lines.first_change(KEY)).column("first")[0].as_py()
    return int(first) or int(clock.now().timestamp())


class Pyramid:
    """The histories of a scope's tiers, built Monday by Monday as changes only: most members stay where they are.

    What was told on the Mondays in `told` stands.
    """

    def __init__(self, scope: int, told: set[int]) -> None:
        self.scope = scope
        old = _stored(scope)
        kept = np.isin(old.froms, np.fromiter(told, dtype=np.int64))
        owner = np.repeat(np.arange(len(old), dtype=np.int64), old.lengths)[kept]
        self.who = old.who
        self.now = np.zeros(len(old), dtype=np.int64)
        self.now[owner] = old.codes[kept]  # of several the last, since they ascend
        self._steps: list[tuple[Ints, Ints, Ints]] = [(old.who[owner], old.froms[kept], old.codes[kept])]

    def add(self, monday: int, found: Standing | None) -> None:
        """How everybody stands from this Monday on; None: nobody is in."""
        if found is not None:
            self._know(found.who)
        codes = np.zeros(len(self.who), dtype=np.int64)
        if found is not None:
            codes[np.searchsorted(self.who, found.who)] = found.tier + 1
        moved = np.flatnonzero(codes != self.now)
        self._steps.append((self.who[moved], np.full(len(moved), monday, dtype=np.int64), codes[moved]))
        self.now = codes

    def lines(self) -> Lines:
        """The whole histories of everybody who was ever in."""
        owner, froms, codes = (np.concatenate(column) for column in zip(*self._steps, strict=True))
        order = np.argsort(owner, kind="stable")  # what was added later is later
        who, first = np.unique(owner[order], return_index=True)
        offsets = np.append(first, len(order)).astype(np.int64)
        version = np.zeros(len(who), dtype=np.int64)
        return Lines(KEY, self.scope, VALUES, who, offsets, froms[order], codes[order], version)

    def _know(self, who: Ints) -> None:
        """Newcomers come in with no tier so far."""
        if np.isin(who, self.who).all():
            return
        known = np.union1d(self.who, who)
        now = np.zeros(len(known), dtype=np.int64)
        now[np.searchsorted(known, self.who)] = self.now
        self.who, self.now = known, now


def _write_scores(newest: list[Standing]) -> None:
    """Scores of the newest Monday: everybody above 0, and a 0 for whoever had more before."""
    before = client.query(*compiled.scored(), seconds=facts.SECONDS)
    version = max(clock.now_ms(), int(before.column("version")[0].as_py() if len(before) else 0) + 1)
    tables = [_score_rows(standing, version) for standing in newest]
    has = np.concatenate([_ids(table) for table in tables] or [np.zeros(0, dtype=np.int64)])
    gone = np.setdiff1d(_ids(before), has)
    for table in (*tables, _gone_rows(gone, version)):
        client.insert("weilu.scores", table)


def _ids(table: pa.Table) -> Ints:
    """Scope and member in one number."""
    return (facts.ints(table.column("scope")) << facts.WHO_BITS) + facts.ints(table.column("who"))


def _score_rows(standing: Standing, version: int) -> pa.Table:
    keep = standing.scores.score > 0
    points = standing.scores.points[keep]
    size = int(keep.sum())
    return _score_table(
        {
            "scope": np.full(size, standing.scope),
            "who": standing.who[keep],
            "at": np.full(size, standing.moment),
            "contributions": standing.activity.contributions[keep],
            "answerers": standing.activity.answerers[keep],
            "days": standing.activity.days[keep],
            "contribution": points[:, 0],
            "diversity": points[:, 1],
            "reach": points[:, 2],
            "presence": points[:, 3],
            "score": standing.scores.score[keep],
            "place": standing.place()[keep],
            "members": np.full(size, len(standing.who)),
            "version": np.full(size, version),
        },
        pa.array(TIERS, pa.string()).take(pa.array(standing.tier[keep])),
    )


def _gone_rows(gone: Ints, version: int) -> pa.Table:
    zeros = {name: np.zeros(len(gone), dtype=np.int64) for name in _NUMBERS}
    whose = {"scope": gone >> facts.WHO_BITS, "who": gone & (2**facts.WHO_BITS - 1)}
    tiers = pa.repeat(pa.scalar("", pa.string()), len(gone))
    return _score_table({**zeros, **whose, "version": np.full(len(gone), version)}, tiers)


_NUMBERS = {
    "scope": pa.uint32(),
    "who": pa.uint32(),
    "at": pa.uint32(),
    "contributions": pa.uint32(),
    "answerers": pa.uint32(),
    "days": pa.uint16(),
    "contribution": pa.uint8(),
    "diversity": pa.uint8(),
    "reach": pa.uint8(),
    "presence": pa.uint8(),
    "score": pa.uint8(),
    "place": pa.uint32(),
    "members": pa.uint32(),
    "version": pa.uint64(),
}


def _score_table(numbers: dict[str, np.ndarray], tiers: pa.Array) -> pa.Table:
    columns = {name: pa.array(numbers[name]).cast(kind) for name, kind in _NUMBERS.items()}
    rule = pa.repeat(pa.scalar(RULE_VERSION, pa.uint16()), len(tiers))
    return pa.table({**columns, "tier": tiers, "rule": rule})
