"""Which moves that had been told does new knowledge change? Found while histories are written, kept for the member page."""

from __future__ import annotations

import datetime as dt

import numpy as np

from weilu.core import clock
from weilu.members.lines import Difference
from weilu.members.models import Correction
from weilu.members.rules import moves

Found = dict[tuple[int, int, dt.datetime], Correction]


def record(difference: Difference, position: int) -> None:
    """Before the histories are written: a run that dies in between finds and records the same ones again."""
    found: Found = {}
    for index in np.flatnonzero(difference.before.lengths).tolist():
        found |= _of(difference, index, position)
    if not found:
        return
    _keep_first_told(found)
    Correction.objects.bulk_create(
        found.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["member", "scope", "at"],
        update_fields=["was", "now", "told", "position"],
    )


def _of(difference: Difference, index: int, position: int) -> Found:
    lines, before = difference.lines, difference.before
    scope, who, told = lines.scope, int(lines.who[index]), int(before.version[index])
    found: Found = {}
    for one in moves.corrections(before.of(index), lines.of(index), told // 1000):
        at = clock.from_ms(one.at * 1000)
        found[scope, who, at] = Correction(
            scope=scope, member=who, at=at, was=one.was, now=one.now, told=told, position=position
        )
    return found


def _keep_first_told(found: Found) -> None:
    """A second correction of the same moment still says what had been told at first; so an undone one settles itself."""
    members = sorted({member for _scope, member, _at in found})
    for begin in range(0, len(members), 500):
        for row in Correction.objects.filter(member__in=members[begin : begin + 500]):
            later = found.get((row.scope, row.member, row.at))
            if later is not None:
                later.was, later.told = row.was, row.told
