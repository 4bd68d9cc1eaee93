"""How do tiers and scores reach the store? The pyramid is weighed every Monday 00:00 of the brand's zone.

Mondays once weighed stand, until facts from before them come in late or go: then they are weighed anew. So neither history
nor present depends on when the job ran, and what was told on a day can be told again with the knowledge of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from weilu.core import clock
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled
from weilu.core.warehouse.compile import lifecycle as compiled_lines
from weilu.members import conclude, facts
from weilu.members.conclude import Line
from weilu.members.models import Concluded
from weilu.members.rules.histories import Ints
from weilu.members.rules.influence import RULE_VERSION, TIERS
from weilu.members.rules.moves import value_at
from weilu.members.standing import Standing, standings, week_ends

INFLUENCE = "influence"
KEY = "tier"
Points = list[tuple[int, str]]


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
    pyramid = Pyramid(mondays)
    for moment in mondays:
        newest = standings(moment)
        pyramid.add(newest)
    scopes = client.query(*compiled_lines.stored_scopes((KEY,), None)).column("scope").to_pylist()
    written = 0
    for scope in sorted({*scopes, *pyramid.weighed}):
        lines = list(_lines(pyramid, scope, since))
        conclude.write(lines, reached.position)
        written += len(lines)
    _write_scores(newest)
    return written


class Pyramid:
    """Tiers of everybody at some moments, a byte each: 0 is not in, n is `TIERS[n - 1]`."""

    def __init__(self, moments: list[int]) -> None:
        self.moments = moments
        self.weighed: dict[int, list[tuple[int, Ints, NDArray[np.uint8]]]] = {}

    def add(self, found: list[Standing]) -> None:
        for one in found:
            row = (self.moments.index(one.moment), one.who, (one.tier + 1).astype(np.uint8))
            self.weighed.setdefault(one.scope, []).append(row)

    def of_scope(self, scope: int, known: list[int]) -> tuple[Ints, NDArray[np.uint8]]:
        """(who, a row for each of them with a column for each moment), of all who are in or `known`."""
        weighed = self.weighed.get(scope, [])
        who = np.unique(
            np.concatenate([np.array(known, dtype=np.int64), *(people for _, people, _ in weighed)])
        )
        codes = np.zeros((len(who), len(self.moments)), dtype=np.uint8)
        for column, people, tiers in weighed:
            codes[np.searchsorted(who, people), column] = tiers
        return who, codes


def _lines(pyramid: Pyramid, scope: int, since: int) -> Iterable[Line]:
    """The histories that differ from the stored ones. What was told on Mondays up to `since` stands."""
    rows = client.query(*compiled_lines.stored((KEY,), None, [scope]), seconds=facts.SECONDS)
    old = {who: (points, version) for _, _, who, points, version in conclude.read_lines(rows)}
    version = clock.now_ms()
    first = min((points[0][0] for points, _ in old.values() if points), default=since)
    weeks = {week for week in week_ends(first - 1, clock.now()) if week <= since}
    who, codes = pyramid.of_scope(scope, list(old))
    for member, row in zip(who.tolist(), codes, strict=True):
        before, last = old.get(member, ([], 0))
        kept = [point for point in before if point[0] in weeks]
        points = _collapsed(kept, row, pyramid.moments)
        if points != before:
            yield Line(KEY, scope, member, points, RULE_VERSION, max(version, last + 1))


def _collapsed(kept: Points, row: NDArray[np.uint8], moments: list[int]) -> Points:
    value = value_at(kept, moments[0])
    code = 0 if not value else TIERS.index(value) + 1
    changed = np.flatnonzero(np.diff(row, prepend=np.uint8(code)) != 0).tolist()
    return [*kept, *((moments[at], ("", *TIERS)[row[at]]) for at in changed)]


def _write_scores(newest: list[Standing]) -> None:
    """Scores of the newest Monday: everybody above 0, and a 0 for whoever had more before."""
    before = client.query(*compiled.scores(), seconds=facts.SECONDS)
    had = set(zip(before.column("scope").to_pylist(), before.column("who").to_pylist(), strict=True))
    last = max(before.column("version").to_pylist(), default=0)
    version = max(clock.now_ms(), last + 1)
    tables = [_score_rows(standing, version) for standing in newest]
    has = {
        (scope, who)
        for table in tables
        for scope, who in zip(table.column("scope").to_pylist(), table.column("who").to_pylist(), strict=True)
    }
    gone = sorted(had - has)
    for table in (*tables, _gone_rows(gone, version)):
        client.insert("weilu.scores", table)


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
        [TIERS[tier] for tier in standing.tier[keep].tolist()],
    )


def _gone_rows(gone: list[tuple[int, int]], version: int) -> pa.Table:
    size = len(gone)
    zeros = {name: np.zeros(size, dtype=np.int64) for name in _NUMBERS}
    ids = np.array(gone, dtype=np.int64).reshape(-1, 2)
    return _score_table(
        {**zeros, "scope": ids[:, 0], "who": ids[:, 1], "version": np.full(size, version)}, [""] * size
    )


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


def _score_table(numbers: dict[str, np.ndarray], tiers: list[str]) -> pa.Table:
    columns = {name: pa.array(numbers[name]).cast(kind) for name, kind in _NUMBERS.items()}
    rule = pa.array([RULE_VERSION] * len(tiers), pa.uint16())
    return pa.table({**columns, "tier": pa.array(tiers, pa.string()), "rule": rule})
