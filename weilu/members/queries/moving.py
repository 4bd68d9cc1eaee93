"""Who would go from one step to another if something were changed? For previews of thresholds and of weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from weilu.members.queries.names import names

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Moving:
    """One step: how many would go from `was` to `now`, and the first of them by name."""

    was: str
    now: str
    count: int
    members: list[tuple[int, str]]

    @property
    def rest(self) -> int:
        """How many are not named."""
        return self.count - len(self.members)


def grouped(moved: Sequence[tuple[str, str, int]]) -> list[Moving]:
    """By step, from (was, now, member); the commonest first."""
    counts = Counter((was, now) for was, now, _ in moved)
    shown = {step: [who for was, now, who in moved if (was, now) == step][:SHOWN] for step in counts}
    called = names([who for people in shown.values() for who in people])
    return [
        Moving(was, now, count, [(who, called[who]) for who in shown[was, now]])
        for (was, now), count in counts.most_common()
    ]
