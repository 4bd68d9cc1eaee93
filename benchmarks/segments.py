"""What do fifty live segments cost at twenty million events of a million members?

`python -m benchmarks.segments [--events N] [--members N] [--runs N] [--home FOLDER]`, over the rows of `benchmarks.questions`; a home given is
kept, and may be that of `benchmarks.ways`. Limits at that size: everybody looked at again for all segments in 10 s; from a member's
new events over their conclusions to membership in 5 s. The first time, when everybody enters, is told beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import machine, questions
from benchmarks.members import cost, told
from benchmarks.ways import FULL, filled

MANY = 50
MINUTES = 11
"""After so long segments are due to be looked at again."""
EVENTS = ("message.sent", "reaction.added", "interaction", "member.left")
LEAVES: tuple[dict[str, Any], ...] = (
    {"did": "message.sent", "times": {"gte": 3}, "within": "7d"},
    {"not": {"did": "interaction", "within": "30d"}},
    {"first": "message.sent", "within": "14d"},
    {"last": "reaction.added", "within": "30d"},
    {"member_of": [1, 2]},
    {"random": {"percent": 10, "seed": "spring"}},
    {"state": ["active"]},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    print(machine.describe())
    with filled(given.home, given.events, given.members):
        measure(given.events, given.runs)
    print(machine.describe())


def rules() -> list[dict[str, Any]]:
    """Fifty of two or three conditions each, no two alike, over windows that overlap."""
    found = []
    for number in range(MANY):
        event, days = EVENTS[number % len(EVENTS)], 3 + 2 * (number % 20)
        often = {"did": event, "times": {"gte": 1 + number % 5}, "within": f"{days}d"}
        others = [LEAVES[number % len(LEAVES)], LEAVES[(number * 3 + 1) % len(LEAVES)]]
        found.append({"and": [often, *others[: 1 + number % 2]]})
    return found


def measure(events: int, runs: int) -> None:
    from weilu.core import clock
    from weilu.members import conclude
    from weilu.members.models import Concluded
    from weilu.members.segments import live
    from weilu.members.segments.models import Segment

    moment = clock.from_ms((questions.BEGIN + questions.YEAR - 86_400) * 1000)
    with clock.frozen(moment):
        prepare()
        told(f"{MANY} segments for the first time, everybody enters", [cost(live.run_once)], None)
        print(f"    {sum(Segment.objects.values_list('size', flat=True)):,} memberships")
    again = []
    for turn in range(1, runs + 1):
        now = moment + turn * dt.timedelta(minutes=MINUTES)
        with clock.frozen(now):
            again.append(cost(partial(live.look_again, now)))
    told(f"{MANY} segments, everybody looked at again", again, 10 if events >= FULL else None)

    def after_five() -> None:
        Concluded.objects.update(position=events - 5)
        conclude.run_once()
        live.run_once()

    with clock.frozen(moment):
        told("from five new events to membership", [cost(after_five) for _ in range(runs)], 5)


def prepare() -> None:
    """Conclusions are drawn, and the segments not yet worked out."""
    from weilu.core import clock
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import client
    from weilu.members import conclude
    from weilu.members.models import Concluded
    from weilu.members.segments import actions
    from weilu.members.segments.models import Segment

    Concluded.objects.all().delete()
    Segment.objects.all().delete()
    client.alter("weilu.timelines", "DELETE WHERE key = 'segment'", None)
    reached = conclude.reached_now(conclude.LIFECYCLE)
    assert reached is not None
    reached.at = clock.now()
    reached.save()
    for number, rule in enumerate(rules(), 1):
        actions.create(Viewer.everything(), actions.Wish(f"Segment {number}", rule))


if __name__ == "__main__":
    main()
